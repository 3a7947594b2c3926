/**
 * HISTORY and SEND: one query or mutation of one supergraph, ready to be run any number of times: plan and response compiled to closures. Made by
 * operation-store.ts when an operation is first seen; what runs per request is `execute`.
 */
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { GraphQLError, getOperationAST, getVariableValues } from 'graphql';
import type { CachePolicy } from '../cache-policy.ts';
import { notPublic } from '../cache-policy.ts';
import type { GatewayContext } from '../viewer.ts';
import { compilePlan } from './compiled-plan.ts';
import type { ConditionValues } from './conditions.ts';
import { findConditionVariables } from './conditions.ts';
import { Execution } from './execution.ts';
import type { FetchOptions } from './fetches.ts';
import { compilePassThrough } from './fetches.ts';
import { createIntrospection } from './introspection.ts';
import type { Fragments } from './pass-through.ts';
import { findPassThrough, readFragments } from './pass-through.ts';
import type { Plan } from './plan.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';
import type { Violation, Write } from './response-writer.ts';
import { compileResponse } from './response-writer.ts';

export interface QueryRequest {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
}

export type QueryResult =
  /** The whole body, errors excluded: `{"data":{...}}`. */
  | { readonly kind: 'body'; readonly body: Buffer; readonly cachePolicy: CachePolicy }
  | {
      readonly kind: 'data';
      /** JSON text. */
      readonly data: string;
      readonly errors: readonly GraphQLError[];
      readonly cachePolicy: CachePolicy;
    }
  /** The variables are not what the operation declares; nothing was done. */
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };

export interface PreparedOperation {
  readonly kind: 'query' | 'mutation';
  /** Never rejects. */
  execute(request: QueryRequest): Promise<QueryResult>;
}

export interface PreparationOptions {
  readonly schema: QuerySchema;
  /** Valid. */
  readonly document: DocumentNode;
  readonly operationName: string | null;
  readonly plan: Plan;
  readonly sourceOf: (subgraph: string) => QuerySource;
}

/** Values of conditions that are kept compiled; an operation with more combinations compiles the others each time. */
const variantsMax = 16;

/** Throws when the plan or the document has something that can't be compiled. */
export function prepareOperation(options: PreparationOptions): PreparedOperation {
  const { schema, document, plan } = options;
  const operation = getOperationAST(document, options.operationName);
  if (!operation || operation.operation === 'subscription') throw new Error('neither a query nor a mutation');
  const client = { operation, fragments: readFragments(document.definitions) };
  const isMutation = operation.operation === 'mutation';
  const fetchOptions: FetchOptions = { isOfType: schema.isOfType, sourceOf: options.sourceOf, isMutation };
  const runPlan = compilePlan(plan.node, fetchOptions);
  const passThrough = isMutation ? null : findPassThrough(plan.node, client, schema);
  const askForBody = passThrough === null ? null : compilePassThrough(passThrough, fetchOptions);
  const readVariables = compileVariables(schema.api, document, operation);
  const findResponse = createResponses(client, schema);
  const introspect = createIntrospection(schema.api, operation, client.fragments);

  async function execute({ variables, context }: QueryRequest): Promise<QueryResult> {
    const read = readVariables(variables);
    if ('errors' in read) return { kind: 'refused', errors: read.errors };
    const execution = new Execution({ context, variables, conditions: read.conditions });
    const body = askForBody === null ? null : await askForBody(execution);
    if (body !== null) return { kind: 'body', body, cachePolicy: execution.cachePolicy };
    if (askForBody === null) await runPlan(execution);
    const write = findResponse(read.conditions);
    const violations: Violation[] = [];
    const data = write(execution.data, { violations, introspect: (field) => introspect(field, variables) });
    const errors = execution.errors.length > 0 ? execution.errors : violations.map(toError);
    const cachePolicy = errors.length > 0 ? notPublic : execution.cachePolicy;
    return { kind: 'data', data: data ?? 'null', errors, cachePolicy };
  }

  return { kind: operation.operation, execute };
}

type ReadVariables = (
  variables: Readonly<Record<string, unknown>>,
) => { readonly conditions: ConditionValues } | { readonly errors: readonly GraphQLError[] };

const noConditions: ConditionValues = new Map();

/** Checks them; subgraphs get them as they are. */
function compileVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
): ReadVariables {
  const names = findConditionVariables(document);
  const isFixed = variableDefinitions.length === 0;
  return (variables) => {
    if (isFixed) return { conditions: noConditions };
    const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables);
    if (errors !== undefined) return { errors };
    if (names.length === 0) return { conditions: noConditions };
    return { conditions: new Map(names.map((name) => [name, coerced[name] === true])) };
  };
}

/** The response for values of the conditions, compiled when they first occur. */
function createResponses(
  client: { readonly operation: OperationDefinitionNode; readonly fragments: Fragments },
  { api }: QuerySchema,
): (conditions: ConditionValues) => Write {
  const { operation, fragments } = client;
  const rootType = api.getRootType(operation.operation);
  if (!rootType) throw new Error(`the schema has no ${operation.operation}`);
  const variants = new Map<string, Write>();
  const compile = (conditions: ConditionValues) =>
    compileResponse(rootType, operation.selectionSet, { schema: api, fragments, conditions });
  return (conditions) => {
    const key = [...conditions.values()].map(Number).join('');
    const known = variants.get(key);
    if (known !== undefined) return known;
    const write = compile(conditions);
    if (variants.size < variantsMax) variants.set(key, write);
    return write;
  };
}

function toError({ message, reversedPath }: Violation): GraphQLError {
  return new GraphQLError(message, {
    path: reversedPath.toReversed(),
    extensions: { code: 'INVALID_GRAPHQL' },
  });
}
