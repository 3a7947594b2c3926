/** Two subgraphs over HTTP, one of which can be held back: people, and their scores. Used by deferred-answers.test.ts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { graphql, parse } from 'graphql';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';
const peopleSdl = `${link}
  type Query { person(id: ID!): Person, people: [Person!]! }
  type Person @key(fields: "id") { id: ID!, name: String!, friend: Person }`;
const scoresSdl = `${link}
  type Query { scores: Boolean }
  type Person @key(fields: "id") { id: ID!, score: Int!, rival: Person }`;

interface Reference {
  readonly id: string;
}
const toPerson = (id: string) => ({ __typename: 'Person', id });
const __resolveReference = ({ id }: Reference) => toPerson(id);

export interface HeldSubgraphs extends AsyncDisposable {
  readonly supergraphSdl: string;
  /** Requests for entities, by name of the subgraph. */
  readonly entityRequests: readonly string[];
  /** From now on scores are not told. */
  hold(): void;
  release(): void;
}

/** Listening; nothing is held. */
export async function startHeldSubgraphs(): Promise<HeldSubgraphs> {
  await using stack = new AsyncDisposableStack();
  const entityRequests: string[] = [];
  let held: PromiseWithResolvers<void> | null = null;

  async function serve(name: string, sdl: string, resolvers: GraphQLResolverMap<unknown>): Promise<string> {
    const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers }]);
    const server = createServer(async (request, response) => {
      const { query = '{__typename}', variables } = JSON.parse((await text(request)) || '{}');
      if (query.includes('_entities')) {
        entityRequests.push(name);
        if (name === 'scores') await held?.promise;
      }
      const result = await graphql({ schema, source: query, variableValues: variables });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }

  const services = [
    {
      name: 'people',
      typeDefs: parse(peopleSdl),
      url: await serve('people', peopleSdl, {
        Query: {
          person: (_root: unknown, { id }: Reference) => toPerson(id),
          people: () => ['ada', 'bob'].map(toPerson),
        },
        Person: {
          __resolveReference,
          name: ({ id }: Reference) => id.toUpperCase(),
          friend: ({ id }: Reference) => toPerson(id === 'ada' ? 'bob' : 'ada'),
        },
      }),
    },
    {
      name: 'scores',
      typeDefs: parse(scoresSdl),
      url: await serve('scores', scoresSdl, {
        Person: {
          __resolveReference,
          score: ({ id }: Reference) => id.length,
          rival: ({ id }: Reference) => toPerson(id === 'ada' ? 'bob' : 'ada'),
        },
      }),
    },
  ];
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? []);
  const owned = stack.move();
  return {
    supergraphSdl,
    entityRequests,
    hold: () => {
      held = Promise.withResolvers();
    },
    release: () => {
      held?.resolve();
      held = null;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
