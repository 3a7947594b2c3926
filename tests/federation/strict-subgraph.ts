/**
 * A subgraph of the audit: `@apollo/subgraph` executed by graphql-js, and stricter than that in two points, so that a wrong plan shows. It refuses
 * references without a key it resolves, and fields it has no data for. Served by subgraph-server.ts.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type {
  ConstDirectiveNode,
  DocumentNode,
  ExecutionResult,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql';
import { execute, GraphQLError, Kind, parse, validate, visit } from 'graphql';
import { resolveStrictly, toStrict } from './strict-fields.ts';
import type { Row, SubgraphDefinition } from './suite.ts';
import { toTypeDefs } from './supergraph.ts';

export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Row;
  readonly operationName?: string | null;
}

export interface StrictSubgraph {
  readonly schema: GraphQLSchema;
  /** The answer to one request. */
  readonly answer: (request: GraphQLRequest) => Promise<ExecutionResult>;
}

/** Throws when the definition has resolvers for what its SDL lacks. */
export function createStrictSubgraph(definition: SubgraphDefinition): StrictSubgraph {
  const typeDefs = toTypeDefs(definition);
  const keys = findResolvableKeys(typeDefs);
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const [type, fields] of Object.entries(definition.fields ?? {})) {
    resolvers[type] = Object.fromEntries(
      Object.entries(fields).map(([name, resolve]) => [name, toStrict(resolve)]),
    );
  }
  for (const [type, resolve] of Object.entries(definition.entities ?? {})) {
    resolvers[type] ??= {};
    // Async, so that one that throws does not take the others with it.
    resolvers[type].__resolveReference = async (reference: Row) => {
      requireKey(reference, keys.get(type) ?? []);
      return resolve(reference);
    };
  }
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]);
  return {
    schema,
    async answer({ query, variables, operationName }) {
      const document = parse(query);
      const errors = validate(schema, document);
      if (errors.length > 0) return { errors };
      return execute({
        schema,
        document,
        rootValue: definition.root ?? {},
        variableValues: variables ?? {},
        operationName: operationName ?? null,
        fieldResolver: resolveStrictly,
      });
    },
  };
}

function findResolvableKeys(typeDefs: DocumentNode): Map<string, SelectionSetNode[]> {
  const keys = new Map<string, SelectionSetNode[]>();
  const collect = (node: { name: { value: string }; directives?: readonly ConstDirectiveNode[] }) => {
    const found = (node.directives ?? []).flatMap((directive) => toResolvableKey(directive) ?? []);
    keys.set(node.name.value, [...(keys.get(node.name.value) ?? []), ...found]);
  };
  visit(typeDefs, {
    ObjectTypeDefinition: collect,
    ObjectTypeExtension: collect,
    InterfaceTypeDefinition: collect,
    InterfaceTypeExtension: collect,
  });
  return keys;
}

function toResolvableKey(directive: ConstDirectiveNode): SelectionSetNode | undefined {
  if (directive.name.value !== 'key') return;
  const argument = (name: string) => directive.arguments?.find((one) => one.name.value === name)?.value;
  const resolvable = argument('resolvable');
  if (resolvable?.kind === Kind.BOOLEAN && !resolvable.value) return;
  const fields = argument('fields');
  if (fields?.kind !== Kind.STRING) throw new Error('a @key without fields');
  const [definition] = parse(`{ ${fields.value} }`).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
}

function requireKey(reference: Row, keys: readonly SelectionSetNode[]): void {
  if (keys.some((key) => hasFields(reference, key))) return;
  throw new GraphQLError(`no key that this subgraph resolves in ${JSON.stringify(reference)}`);
}

function hasFields(value: unknown, { selections }: SelectionSetNode): boolean {
  if (Array.isArray(value))
    return value.every((item) => hasFields(item, { kind: Kind.SELECTION_SET, selections }));
  if (typeof value !== 'object' || value === null) return value === null;
  return selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true;
    const inside = (value as Row)[selection.name.value];
    if (inside === undefined) return false;
    return selection.selectionSet === undefined || hasFields(inside, selection.selectionSet);
  });
}
