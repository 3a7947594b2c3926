/** A supergraph with subgraphs that serve the world of world.ts: says what a plan brings, and what it should bring. Subgraphs refuse what they can't answer. */
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type {
  DocumentNode,
  ExecutionResult,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql';
import {
  execute,
  getOperationAST,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  validate,
  valueFromASTUntyped,
} from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import type { Plan } from '#gateway/queries/planning/plan.ts';
import { runPlan } from './run-plan.ts';
import type { World, WorldObject } from './world.ts';
import { createWorld, toObject } from './world.ts';

export interface Federation {
  readonly supergraphSdl: string;
  readonly supergraph: Supergraph;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** Executes the plan of a document of one operation; throws when a subgraph refuses a request. */
  run(
    plan: Plan,
    document: DocumentNode,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<ExecutionResult>;
  /** The answer of one server for everything. */
  expect(text: string, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult>;
  /** Requests of the last run, `subgraph operation`. */
  readonly requests: readonly string[];
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@interfaceObject", "@inaccessible"
])`;

/** Composes SDL of subgraphs by name; the link to the federation's directives is added. */
export function compose(subgraphs: Readonly<Record<string, string>>): string {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(`${link}\n${sdl}`),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], String(errors));
  return supergraphSdl;
}

/** Subgraphs are taken from the supergraph. */
export function createFederation(supergraphSdl: string): Federation {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
  const schema = supergraph.apiSchema().toGraphQLJSSchema();
  const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
  const subgraphs = new Map(
    [...supergraph.subgraphs()].map((subgraph) => [
      subgraph.name,
      buildSubgraphSchema([{ typeDefs: parse(subgraph.toString()) }]),
    ]),
  );
  const world = createWorld(supergraphSchema, findNeverNull([...subgraphs.values()], supergraphSchema));
  const requires = findRequires([...subgraphs.values()], supergraphSchema);
  const requests: string[] = [];
  for (const subgraph of subgraphs.values()) serve(subgraph, { world, requires });
  const resolve: GraphQLFieldResolver<WorldObject, unknown> = (...[object, args, , info]) => {
    const required = requires.get(`${object.__typename}.${info.fieldName}`);
    return world.read(
      object,
      { name: info.fieldName, args },
      required === undefined ? null : world.project(object, required),
    );
  };

  return {
    supergraphSdl,
    supergraph,
    schema,
    requests,
    expect: async (text, variables) =>
      execute({
        schema,
        document: parse(text),
        rootValue: rootOf(parse(text)),
        variableValues: variables,
        fieldResolver: resolve,
      }),
    run: async (plan, document, variables) => {
      requests.length = 0;
      const operation = getOperationAST(document);
      const { coerced = {} } = getVariableValues(schema, operation?.variableDefinitions ?? [], variables);
      const data = await runPlan(plan, {
        supergraphSchema,
        variables: coerced,
        fetch: async ({ subgraph, operation: query, variables: values }) => {
          requests.push(`${subgraph} ${query}`);
          return ask(subgraphs.get(subgraph), query, values);
        },
      });
      return execute({
        schema,
        document,
        rootValue: data,
        variableValues: variables,
        fieldResolver: (
          ...[
            source,
            ,
            ,
            {
              path: { key },
            },
          ]
        ) => (Object.hasOwn(source, key) ? source[key] : undefined),
        typeResolver: (...[{ __typename }, , , type]) =>
          isObjectType(schema.getType(__typename)) ? __typename : schema.getPossibleTypes(type)[0]?.name,
      });
    },
  };
}

interface Ground {
  readonly world: World;
  /** Field sets by `Type.field`, object types only. */
  readonly requires: ReadonlyMap<string, SelectionSetNode>;
}

/** An object a subgraph was asked about, with what it was told of it. */
interface Source extends WorldObject {
  readonly representation?: Readonly<Record<string, unknown>>;
}

/** Gives the schema of a subgraph its resolvers. */
function serve(schema: GraphQLSchema, { world, requires }: Ground): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === '_entities') {
        field.resolve = (_source, { representations }) =>
          representations.map((representation: Record<string, unknown>) =>
            readRepresentation(schema, representation),
          );
        continue;
      }
      const isComputed = readDirectives(field, 'requires').length > 0;
      field.resolve = ({ id, representation }: Source, args) => {
        const object = toObject(id);
        const fields = requires.get(`${object.__typename}.${field.name}`);
        const required = isComputed && fields !== undefined ? projectGiven(representation, fields) : null;
        return world.read(object, { name: field.name, args }, required);
      };
    }
  }
}

function readRepresentation(schema: GraphQLSchema, representation: Record<string, unknown>): Source {
  const type = schema.getType(String(representation.__typename));
  if (!isObjectType(type) && !isInterfaceType(type))
    throw new Error(`no entity of this subgraph: ${JSON.stringify(representation)}`);
  const keys = readDirectives(type, 'key').filter(({ resolvable }) => resolvable !== false);
  const isGiven = keys.some(({ fields }) =>
    toSelections(fields).selections.every(
      (selection) => selection.kind === Kind.FIELD && (representation[selection.name.value] ?? null) !== null,
    ),
  );
  if (!isGiven) throw new Error(`no key to resolve ${JSON.stringify(representation)}`);
  const id = Object.values(representation).find(
    (value) => typeof value === 'string' && /^\w+:\d$/.test(value),
  );
  const { __typename: typeName } = toObject(String(id));
  return { __typename: isObjectType(type) ? type.name : typeName, id: String(id), representation };
}

/** Of a representation; throws when a part was not given. */
function projectGiven(given: unknown, fields: SelectionSetNode): unknown {
  if (given === null) return null;
  if (Array.isArray(given)) return given.map((item) => projectGiven(item, fields));
  const object = given as Record<string, unknown> | undefined;
  const values: Record<string, unknown> = {};
  for (const selection of fields.selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition?.name.value === object?.__typename)
      Object.assign(values, projectGiven(object, selection.selectionSet));
    if (selection.kind !== Kind.FIELD) continue;
    const { name, selectionSet } = selection;
    const value = object?.[name.value];
    if (value === undefined)
      throw new Error(`${name.value} is required and was not given: ${JSON.stringify(given)}`);
    values[name.value] = selectionSet === undefined ? value : projectGiven(value, selectionSet);
  }
  return values;
}

async function ask(
  schema: GraphQLSchema | undefined,
  query: string,
  variableValues: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  if (schema === undefined) throw new Error('no such subgraph');
  const document = parse(query);
  const problems = validate(schema, document);
  if (problems.length > 0) throw new AggregateError(problems, `refused: ${problems.join('; ')} in ${query}`);
  const { data, errors } = await execute({ schema, document, rootValue: rootOf(document), variableValues });
  if (errors !== undefined) throw new AggregateError(errors, `failed: ${errors.join('; ')} in ${query}`);
  return JSON.parse(JSON.stringify(data));
}

function rootOf(document: DocumentNode): WorldObject {
  const [definition] = document.definitions;
  const kind = definition?.kind === Kind.OPERATION_DEFINITION ? definition.operation : 'query';
  return toObject(`${kind === 'query' ? 'Query' : 'Mutation'}:0`);
}

/** Fields, as `Type.field` of object types, of which some subgraph says that they are never null. */
function findNeverNull(subgraphs: readonly GraphQLSchema[], supergraph: GraphQLSchema): ReadonlySet<string> {
  const found = subgraphs.flatMap((schema) =>
    listFields(schema, supergraph).flatMap(({ field, coordinates }) =>
      isNonNullType(field.type) ? coordinates : [],
    ),
  );
  return new Set(found);
}

function findRequires(
  subgraphs: readonly GraphQLSchema[],
  supergraph: GraphQLSchema,
): ReadonlyMap<string, SelectionSetNode> {
  const found = subgraphs.flatMap((schema) =>
    listFields(schema, supergraph).flatMap(({ field, coordinates }) =>
      readDirectives(field, 'requires').flatMap(({ fields }) =>
        coordinates.map((coordinate) => [coordinate, toSelections(fields)] as const),
      ),
    ),
  );
  return new Map(found);
}

function listFields(schema: GraphQLSchema, supergraph: GraphQLSchema) {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    const whole = supergraph.getType(type.name);
    const names = isInterfaceType(whole)
      ? supergraph.getPossibleTypes(whole).map(({ name }) => name)
      : [type.name];
    return Object.values(type.getFields()).map((field) => ({
      field,
      coordinates: names.map((name) => `${name}.${field.name}`),
    }));
  });
}

/** Arguments of each directive of this name, whatever its link calls it. */
function readDirectives(
  definition: GraphQLObjectType | GraphQLInterfaceType | GraphQLField<unknown, unknown>,
  name: string,
): Record<string, unknown>[] {
  const extensions = 'extensionASTNodes' in definition ? definition.extensionASTNodes : [];
  return [definition.astNode, ...extensions]
    .flatMap((node) => node?.directives ?? [])
    .filter((directive) => directive.name.value === name || directive.name.value === `federation__${name}`)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).map((argument) => [
          argument.name.value,
          valueFromASTUntyped(argument.value),
        ]),
      ),
    );
}

function toSelections(fields: unknown): SelectionSetNode {
  const [definition] = parse(`{ ${String(fields)} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no field set: ${String(fields)}`);
  return definition.selectionSet;
}
