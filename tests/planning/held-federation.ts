/**
 * A small federation in one process, whose subgraphs can be held back and broken, and operations on it as the gateway prepares them, planned by Apollo's planner.
 * Used by gateway/queries/deferred/deferred-answer.test.ts and its neighbour.
 */
import assert from 'node:assert/strict';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { GraphQLError, graphql, parse, validate } from 'graphql';
import { Registry } from 'prom-client';
import { withDefer } from '#gateway/queries/deferred/defer-directive.ts';
import type { QueryRequest } from '#gateway/queries/execution/prepared-operation.ts';
import { createQuerySchema } from '#gateway/queries/execution/query-schema.ts';
import type { QuerySource } from '#gateway/queries/execution/query-source.ts';
import { createApolloPlanning } from '#gateway/queries/planning/apollo-planning.ts';
import type { Plan } from '#gateway/queries/planning/plan.ts';
import type { PlanRequest } from '#gateway/queries/planning/planner.ts';
import { readSupergraphFacts } from '#gateway/queries/planning/supergraph-facts.ts';
import { createQueryMetrics } from '#gateway/queries/query-metrics.ts';
import type { QueryOperation } from '#gateway/queries/query-operation.ts';
import { createQueryOperation } from '#gateway/queries/query-operation.ts';
import { createDemandControl } from '#gateway/queries/rules/demand-control.ts';
import { createSupergraphRules } from '#gateway/queries/rules/supergraph-rules.ts';
import { SubgraphReply } from '#gateway/traffic/exchange.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@authenticated"])`;
const usersSdl = `${link}
  type Query { me: User, users: [User!]!, beings: [Being!]!, motto: String, version: Version }
  type Mutation { rename(name: String!): User }
  type Version { number: Int, text: String }
  interface Being { name: String }
  type Robot implements Being { name: String, model: String }
  type User implements Being @key(fields: "id") { id: ID!, name: String, friend: User, secret: String @authenticated }`;
const reviewsSdl = `${link}
  type Query { top: Review }
  type User @key(fields: "id") { id: ID!, reviews: [Review!]!, rating: Int!, score: Int, rival: User }
  type Review { text: String!, author: User! }`;

const names: Record<string, string> = { u1: 'Ada', u2: 'Bob' };
const toUser = (id: string) => ({ __typename: 'User', id });
const userFields = {
  __resolveReference: ({ id }: { id: string }) => toUser(id),
  name: ({ id }: { id: string }) => names[id],
  friend: ({ id }: { id: string }) => toUser(id === 'u1' ? 'u2' : 'u1'),
  secret: () => 'xyz',
};
const resolvers: Record<string, GraphQLResolverMap<unknown>> = {
  users: {
    Query: {
      me: () => toUser('u1'),
      users: () => ['u1', 'u2'].map(toUser),
      beings: () => [toUser('u1'), { __typename: 'Robot', name: 'R2', model: 'D2' }],
      motto: () => 'onwards',
      version: () => ({ number: 4, text: 'four' }),
    },
    Mutation: { rename: () => toUser('u1') },
    User: userFields,
  },
  reviews: {
    Query: { top: () => ({ text: 'good', author: toUser('u2') }) },
    User: {
      __resolveReference: ({ id }: { id: string }) => toUser(id),
      reviews: ({ id }: { id: string }) => [{ text: `of ${id}`, author: toUser(id) }],
      rival: ({ id }: { id: string }) => toUser(id === 'u1' ? 'u2' : 'u1'),
      rating: ({ id }: { id: string }) => {
        if (id === 'u2') throw new Error('no rating');
        return 5;
      },
      score: ({ id }: { id: string }) => {
        if (id === 'u2') throw new Error('no score');
        return 7;
      },
    },
  },
};

/** Its subgraphs are `users` and `reviews`. `rating` and `score` of the second user fail. */
export class HeldFederation {
  /** Names of the subgraphs that were asked. */
  readonly requests: string[] = [];
  answerBytesMax = 1024 * 1024;
  readonly #held = new Map<string, { passing: number; readonly until: PromiseWithResolvers<void> }>();
  readonly #down = new Set<string>();
  readonly #schemas = new Map(
    Object.entries({ users: usersSdl, reviews: reviewsSdl }).map(([name, sdl]) => [
      name,
      buildSubgraphSchema([
        { typeDefs: parse(sdl), resolvers: resolvers[name] as GraphQLResolverMap<unknown> },
      ]),
    ]),
  );

  /** Requests wait, after so many more. */
  hold(subgraph: string, passing = 0): void {
    this.#held.set(subgraph, { passing, until: Promise.withResolvers() });
  }

  release(subgraph: string): void {
    this.#held.get(subgraph)?.until.resolve();
    this.#held.delete(subgraph);
  }

  breakDown(subgraph: string): void {
    this.#down.add(subgraph);
  }

  /** As a client that takes parts. */
  ask(text: string, variables: QueryRequest['variables'] = {}) {
    return this.#prepare(text).executeInParts({ variables, context });
  }

  /** As one that does not. */
  askWhole(text: string, variables: QueryRequest['variables'] = {}) {
    return this.#prepare(text).execute({ variables, context });
  }

  #prepare(text: string): QueryOperation {
    const document = parse(text);
    assert.deepEqual(validate(api, document), []);
    const sources = { sourceOf: (name: string) => this.#sourceOf(name), cachedSourceOf: null };
    const operation = createQueryOperation(
      { ...operationParts, sources, answerBytesMax: this.answerBytesMax },
      { text, operationName: null, document },
    );
    // Whoever executes it is told.
    operation.prepared.catch(() => undefined);
    return operation;
  }

  #sourceOf(name: string): QuerySource {
    const schema = this.#schemas.get(name);
    if (schema === undefined) throw new Error(`there is no ${name}`);
    return {
      send: async ({ body }) => {
        this.requests.push(name);
        const { query, variables } = JSON.parse(body);
        await this.#pass(name);
        if (this.#down.has(name)) throw new GraphQLError('down', { extensions: { code: 'SUBGRAPH_DOWN' } });
        const result = await graphql({ schema, source: query, variableValues: variables });
        return new SubgraphReply(200, Buffer.from(JSON.stringify(result)), undefined);
      },
    };
  }

  async #pass(name: string): Promise<void> {
    const held = this.#held.get(name);
    if (held === undefined) return;
    held.passing -= 1;
    if (held.passing < 0) await held.until.promise;
  }
}

const { supergraphSdl = '', errors: unfit } = composeServices([
  { name: 'users', url: 'http://users', typeDefs: parse(usersSdl) },
  { name: 'reviews', url: 'http://reviews', typeDefs: parse(reviewsSdl) },
]);
assert.equal(unfit, undefined);
const built = Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
const api = withDefer(built.apiSchema().toGraphQLJSSchema());
const supergraph = built.schema.toGraphQLJSSchema();
const makePlan = createApolloPlanning(supergraphSdl);
const plans = new Map<string, Plan>();

async function plan(request: PlanRequest): Promise<Plan> {
  const made = plans.get(request.text) ?? makePlan(request);
  plans.set(request.text, made);
  return made;
}

const metrics = new Registry();
const operationParts = {
  schema: createQuerySchema({ supergraphSdl, supergraph, api }),
  planner: { facts: readSupergraphFacts(supergraphSdl), plan },
  rules: createSupergraphRules(supergraphSdl, { costListItems: 10 }),
  demandControl: createDemandControl({ mode: 'measure', costMax: 10_000, metrics }),
  metrics: createQueryMetrics(metrics, () => 0),
  responses: null,
  enabledOverrides: new Set<string>(),
};
const context: QueryRequest['context'] = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
};
