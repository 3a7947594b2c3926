/** A made-up supergraph with everybody who can answer it: Apollo's planner and executor, the compiled executor with both planners, one graph that has everything. */
import { composeServices } from '@apollo/composition';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { ServiceMap } from '@apollo/gateway';
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { QueryPlan } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, ExecutionResult, GraphQLSchema, OperationTypeNode } from 'graphql';
import { execute, getOperationAST, isInterfaceType, parse, responsePathAsArray } from 'graphql';
import { Registry } from 'prom-client';
import { readFragments } from '#gateway/queries/execution/pass-through.ts';
import type {
  PreparedOperation,
  QueryRequest,
  QueryResult,
} from '#gateway/queries/execution/prepared-operation.ts';
import { prepareOperation } from '#gateway/queries/execution/prepared-operation.ts';
import type { QuerySchema } from '#gateway/queries/execution/query-schema.ts';
import { createQuerySchema } from '#gateway/queries/execution/query-schema.ts';
import type { QuerySource } from '#gateway/queries/execution/query-source.ts';
import { createQuerySource } from '#gateway/queries/execution/query-sources.ts';
import type { QuerySources } from '#gateway/queries/execution/run-node.ts';
import { fromApolloPlan } from '#gateway/queries/planning/apollo-plan.ts';
import type { PlanRequest } from '#gateway/queries/planning/planner.ts';
import type { SupergraphFacts } from '#gateway/queries/planning/supergraph-facts.ts';
import { readSupergraphFacts } from '#gateway/queries/planning/supergraph-facts.ts';
import { createQueryMetrics } from '#gateway/queries/query-metrics.ts';
import { createQueryOperations } from '#gateway/queries/query-operations.ts';
import { createDemandControl } from '#gateway/queries/rules/demand-control.ts';
import type { SupergraphRules } from '#gateway/queries/rules/supergraph-rules.ts';
import { createSupergraphRules } from '#gateway/queries/rules/supergraph-rules.ts';
import type { Occasion } from './made-up-subgraph.ts';
import { MadeUpSubgraph, resolveField } from './made-up-subgraph.ts';
import type { MadeUpSupergraph } from './made-up-supergraph.ts';
import { toNullable } from './nullable-schema.ts';
import type { Planned, PlanningProcess } from './planning.ts';
import type { Thing } from './truth.ts';
import { Truth } from './truth.ts';
import type { Weather } from './weather.ts';
import { failField } from './weather.ts';

/** One operation of a client. */
export interface Asked {
  readonly text: string;
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly weather: Weather;
}

type ExecuteArguments = Parameters<typeof executeQueryPlan>;

/** Null when the subgraphs do not compose. */
export function createWorld(madeUp: MadeUpSupergraph, planning: PlanningProcess): World | null {
  const composed = composeServices(
    [...madeUp.subgraphs].map(([name, sdl]) => ({ name, typeDefs: parse(sdl) })),
  );
  return composed.errors === undefined ? new World(madeUp, composed.supergraphSdl, planning) : null;
}

const context = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
} as const;

export interface Executed {
  readonly result: QueryResult;
  /** The same once more, when the answer may be put together from bytes; null for a mutation. */
  readonly again: QueryResult | null;
}

async function executeTwice(
  operation: Pick<PreparedOperation, 'execute'>,
  kind: `${OperationTypeNode}`,
  request: QueryRequest,
): Promise<Executed> {
  const result = await operation.execute(request);
  return { result, again: kind === 'query' ? await operation.execute(request) : null };
}

export class World {
  readonly supergraphSdl: string;
  readonly api: GraphQLSchema;
  readonly #madeUp: MadeUpSupergraph;
  readonly #supergraphSchema: GraphQLSchema;
  readonly #apolloSchema: ExecuteArguments[5];
  readonly #schema: QuerySchema;
  readonly #apollo: QueryPlanner;
  readonly #planning: PlanningProcess;
  readonly #facts: SupergraphFacts;
  readonly #rules: SupergraphRules;
  readonly #subgraphs: readonly MadeUpSubgraph[];
  #nullable: GraphQLSchema | null = null;

  constructor(madeUp: MadeUpSupergraph, supergraphSdl: string, planning: PlanningProcess) {
    this.#madeUp = madeUp;
    this.supergraphSdl = supergraphSdl;
    const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
    this.#apolloSchema = supergraph.apiSchema();
    this.#supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.api = this.#apolloSchema.toGraphQLJSSchema();
    this.#schema = createQuerySchema({ supergraphSdl, supergraph: this.#supergraphSchema, api: this.api });
    this.#apollo = new QueryPlanner(supergraph);
    this.#planning = planning;
    this.#facts = readSupergraphFacts(supergraphSdl);
    this.#rules = createSupergraphRules(supergraphSdl, { costListItems: 1 });
    const schema = this.#supergraphSchema;
    const implementations = new Map(
      Object.values(schema.getTypeMap())
        .filter(isInterfaceType)
        .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
    );
    const allNames = [...madeUp.subgraphs.keys()];
    this.#subgraphs = [...madeUp.subgraphs].map(
      ([name, sdl]) =>
        new MadeUpSubgraph({ name, sdl, allNames, overridden: madeUp.overridden, implementations }),
    );
  }

  /** Throws where Apollo's planner does. */
  planByApollo({ document, operationName }: Asked): QueryPlan {
    const name = operationName === null ? {} : { operationName };
    return this.#apollo.buildQueryPlan(operationFromDocument(this.#apolloSchema, document, name));
  }

  async executeByApollo(asked: Asked, plan: QueryPlan): Promise<ExecutionResult> {
    const { document, operationName, text, variables } = asked;
    const occasion = this.#begin(asked);
    const services = Object.fromEntries(
      [...this.#madeUp.subgraphs.keys()].map((name, index) => [
        name,
        {
          process: async ({ request: { query, variables, operationName } }) =>
            JSON.parse(
              await (this.#subgraphs[index] as MadeUpSubgraph).answer(
                JSON.stringify({ query, variables, operationName }),
                occasion,
              ),
            ),
        },
      ]),
    ) as ServiceMap;
    const request = { query: text, variables };
    const requestContext = {
      request,
      context: {},
      logger: console,
      metrics: {},
    } as unknown as ExecuteArguments[2];
    const operationContext = buildOperationContext({
      schema: this.api,
      operationDocument: document,
      ...(operationName === null ? {} : { operationName }),
    });
    return executeQueryPlan(
      plan,
      services,
      requestContext,
      operationContext,
      this.#supergraphSchema,
      this.#apolloSchema,
    );
  }

  /** The compiled executor on Apollo's plan. */
  async executeCompiled(asked: Asked, apolloPlan: QueryPlan): Promise<Executed> {
    const { document, operationName, variables } = asked;
    const operation = getOperationAST(document, operationName);
    if (!operation) throw new Error('the document has no such operation');
    const { selectionSet } = operation;
    const fragments = readFragments(document.definitions);
    const visible = { selectionSet, fragments, denied: new Set<never>(), listDenials: () => [] };
    const plan = fromApolloPlan(apolloPlan);
    const sources = this.#openSources(asked);
    const prepared = prepareOperation({
      ...{ schema: this.#schema, operation, visible, plan, sources },
      answerBytesMax: 1024 * 1024,
    });
    return executeTwice(prepared, operation.operation, { variables, context });
  }

  /** The compiled executor with the gateway's own plan. Rejects with PlanningError. */
  async executeAsGateway(asked: Asked): Promise<Executed & { readonly planned: Planned | null }> {
    let planned: Planned | null = null;
    const plan = async (request: PlanRequest) => {
      planned = await this.#planning.plan(this.supergraphSdl, request);
      return planned.plan;
    };
    const operations = createQueryOperations({
      schema: this.#schema,
      planner: { facts: this.#facts, plan },
      rules: this.#rules,
      demandControl: createDemandControl({ mode: 'measure', costMax: 1, metrics: new Registry() }),
      enabledOverrides: new Set(),
      sources: this.#openSources(asked),
      metrics: createQueryMetrics(new Registry(), () => 0),
      responses: null,
      operationsMax: 1,
      answerBytesMax: 1024 * 1024,
    });
    const operation = operations.open(asked);
    operation.prepared.catch(() => undefined);
    await operation.prepare(context.identity);
    const kind = getOperationAST(asked.document, asked.operationName)?.operation ?? 'query';
    return { ...(await executeTwice(operation, kind, { variables: asked.variables, context })), planned };
  }

  /** Does a plan ask an entity for its __typename where a subgraph has an interface object for it? */
  renamesInterfaceObjects(planText: string): boolean {
    const names = [...this.supergraphSdl.matchAll(/^interface (\w+)[^{]*isInterfaceObject: true/gm)].map(
      ([, name]) => name,
    );
    return names.some((name) =>
      new RegExp(`_entities[^"]*\\.\\.\\.on ${name}\\b[^"]*__typename`).test(planText),
    );
  }

  /** By graphql-js, where nothing goes wrong. */
  judge({ document, operationName, variables, weather }: Asked): ExecutionResult {
    const occasion = this.#begin({ weather: { ...weather, kind: 'fine' } });
    return execute({
      schema: this.api,
      document,
      operationName,
      variableValues: variables,
      fieldResolver: (source: Thing | undefined, args, ...[, { parentType, fieldName }]) =>
        resolveField(
          source ?? { type: parentType.name, id: 0 },
          { field: fieldName, args, given: null },
          occasion,
        ),
      typeResolver: ({ type }: Thing) => type,
    }) as ExecutionResult;
  }

  /** Message or entity -> paths in the answer: of the fields that fail, and of entities by `T0 3`. */
  findPlaces({
    document,
    operationName,
    variables,
    weather,
  }: Asked): ReadonlyMap<string, ReadonlySet<string>> {
    const occasion = this.#begin({ weather });
    const places = new Map<string, Set<string>>();
    const note = (what: string, path: readonly (string | number)[] | undefined) => {
      const known = places.get(what) ?? new Set();
      places.set(what, known.add(JSON.stringify(path)));
    };
    this.#nullable ??= toNullable(this.api);
    const { errors = [] } = execute({
      schema: this.#nullable,
      document,
      operationName,
      variableValues: variables,
      fieldResolver: (source: Thing | undefined, args, ...[, { parentType, fieldName, path }]) => {
        const thing = source ?? { type: parentType.name, id: 0 };
        note(`${thing.type} ${thing.id}`, responsePathAsArray(path).slice(0, -1));
        if (!occasion.truth.isKey(thing, fieldName)) failField(weather, thing, fieldName);
        return resolveField(thing, { field: fieldName, args, given: null }, occasion);
      },
      typeResolver: ({ type }: Thing) => type,
    }) as ExecutionResult;
    for (const { message, path } of errors) note(message, path);
    return places;
  }

  #begin({ weather }: Pick<Asked, 'weather'>): Occasion {
    // Apollo loses such values where it renames a field.
    const hasFalsy = weather.kind === 'fine';
    return { weather, truth: new Truth(this.#supergraphSchema, this.#madeUp, hasFalsy), mutations: 0 };
  }

  #openSources(asked: Asked): QuerySources {
    const occasion = this.#begin(asked);
    const names = [...this.#madeUp.subgraphs.keys()];
    const sources = new Map(
      this.#subgraphs.map((subgraph, index) => [
        names[index] as string,
        createQuerySource({
          transport: subgraph.toTransport(occasion),
          isJoining: asked.weather.seed % 2 === 0,
          traffic: { joined: 0 },
        }),
      ]),
    );
    const sourceOf = (name: string): QuerySource => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`no subgraph is called ${name}`);
      return source;
    };
    return { sourceOf, cachedSourceOf: null };
  }
}
