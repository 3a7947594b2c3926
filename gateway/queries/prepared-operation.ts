/**
 * HISTORY and SEND: one query or mutation of one supergraph, ready to be run any number of times: plan and response compiled to closures. Made by
 * operation-store.ts when an operation is first seen; what runs per request is `execute`.
 */
import type { FieldNode, GraphQLSchema, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { GraphQLError, getVariableValues } from 'graphql';
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
import { findPassThrough } from './pass-through.ts';
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
  /** Never rejects. */
  execute(request: QueryRequest): Promise<QueryResult>;
}

export interface PreparationOptions {
  readonly schema: QuerySchema;
  /** Valid, a query or a mutation. */
  readonly operation: OperationDefinitionNode;
  /** What of it the viewer may see. */
  readonly visible: VisibleOperation;
  readonly plan: Plan;
  readonly sourceOf: (subgraph: string) => QuerySource;
}

/** The shape of the answer. */
export interface VisibleOperation {
  readonly selectionSet: SelectionSetNode;
  readonly fragments: Fragments;
  /** Fields that are null, whatever was fetched. */
  readonly denied: ReadonlySet<FieldNode>;
  readonly listDenials: (conditions: ConditionValues) => readonly GraphQLError[];
}

/** Values of conditions that are kept compiled; an operation with more combinations compiles the others each time. */
const variantsMax = 16;

/** Throws when the plan or the document has something that can't be compiled. */
export function prepareOperation(options: PreparationOptions): PreparedOperation {
  const { schema, operation, visible, plan, sourceOf } = options;
  const isMutation = operation.operation === 'mutation';
  const fetchOptions: FetchOptions = { schema, sourceOf, isMutation };
  const runPlan = compilePlan(plan.node, fetchOptions);
  const passThrough = isMutation ? null : findPassThrough(plan.node, { ...operation, ...visible }, schema);
  const askForBody = passThrough === null ? null : compilePassThrough(passThrough, fetchOptions);
  const readVariables = compileVariables(schema.api, operation, visible);
  const findResponse = createResponses(operation, visible, schema);
  const introspect = createIntrospection(schema.api, operation, visible.fragments);

  async function execute({ variables, context }: QueryRequest): Promise<QueryResult> {
    const read = readVariables(variables);
    if ('errors' in read) return { kind: 'refused', errors: read.errors };
    const { conditions } = read;
    const execution = new Execution({ context, variables, conditions });
    execution.errors.push(...visible.listDenials(conditions));
    const body = askForBody === null ? null : await askForBody(execution);
    if (body !== null) return { kind: 'body', body, cachePolicy: execution.cachePolicy };
    if (askForBody === null) await runPlan(execution);
    const violations: Violation[] = [];
    const writing = { violations, introspect: (field: FieldNode) => introspect(field, variables) };
    const data = findResponse(conditions)(execution.data, writing);
    const errors = execution.errors.length > 0 ? execution.errors : violations.map(toError);
    const cachePolicy = errors.length > 0 ? notPublic : execution.cachePolicy;
    return { kind: 'data', data: data ?? 'null', errors, cachePolicy };
  }

  return { execute };
}

type ReadVariables = (
  variables: Readonly<Record<string, unknown>>,
) => { readonly conditions: ConditionValues } | { readonly errors: readonly GraphQLError[] };

const noConditions: ConditionValues = new Map();

/** Checks them; subgraphs get them as they are. */
function compileVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  { selectionSet, fragments }: VisibleOperation,
): ReadVariables {
  const names = findConditionVariables([selectionSet, ...fragments.values()]);
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
  { operation }: OperationDefinitionNode,
  { selectionSet, fragments, denied }: VisibleOperation,
  { api }: QuerySchema,
): (conditions: ConditionValues) => Write {
  const rootType = api.getRootType(operation);
  if (!rootType) throw new Error(`the schema has no ${operation}`);
  const variants = new Map<string, Write>();
  const compile = (conditions: ConditionValues) =>
    compileResponse(rootType, selectionSet, { schema: api, fragments, conditions, denied });
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
