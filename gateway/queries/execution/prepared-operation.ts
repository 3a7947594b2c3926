/**
 * HISTORY and SEND: one query or mutation of one supergraph, ready to be run any number of times: plan and response compiled to closures. Made by
 * query-operation.ts when an operation is first seen; what runs per request is `execute`.
 */
import type {
  FieldNode,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { GraphQLError } from 'graphql';
import type { CachePolicy } from '../../cache-policy.ts';
import { notPublic } from '../../cache-policy.ts';
import type { GatewayContext } from '../../viewer.ts';
import type { DeferredAnswerOptions, ResultInParts } from '../deferred/deferred-answer.ts';
import { answerInParts } from '../deferred/deferred-answer.ts';
import { compileDeferral, listDeferrals } from '../deferred/deferred-plan.ts';
import { compileShape } from '../deferred/deferred-shape.ts';
import type { Plan } from '../planning/plan.ts';
import { createSplicings } from '../splicing/spliced-plan.ts';
import { compilePlan } from './compiled-plan.ts';
import type { ConditionValues } from './conditions.ts';
import { findConditionVariables, perConditions } from './conditions.ts';
import { Execution } from './execution.ts';
import { createIntrospection } from './introspection.ts';
import type { Fragments } from './pass-through.ts';
import { findPassThrough } from './pass-through.ts';
import type { QuerySchema } from './query-schema.ts';
import type { Violation, Write } from './response-writer.ts';
import { compileResponse, toViolationError } from './response-writer.ts';
import { compilePassThrough } from './root-fetch.ts';
import type { AnswerInBytes, FetchOptions, QuerySources } from './run-node.ts';
import { compileVariables } from './variables.ts';

export interface QueryRequest {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: GatewayContext;
}

export type QueryResult =
  /** The whole body, errors excluded: `{"data":{...}}`. */
  | {
      readonly kind: 'body';
      readonly body: Buffer;
      /** Is it the answer of one subgraph as it came, or put together from several? */
      readonly made: 'passed through' | 'put together';
      readonly cachePolicy: CachePolicy;
    }
  | {
      readonly kind: 'data';
      /** JSON text. */
      readonly data: string;
      readonly errors: readonly GraphQLError[];
      readonly cachePolicy: CachePolicy;
    }
  | Refused;

/** The variables are not what the operation declares; nothing was done. */
export interface Refused {
  readonly kind: 'refused';
  readonly errors: readonly GraphQLError[];
}

export interface PreparedOperation {
  /** Never rejects. */
  execute(request: QueryRequest): Promise<QueryResult>;
  /** The same in parts, when something is deferred. */
  executeInParts(request: QueryRequest): Promise<QueryResult | ResultInParts>;
}

export interface PreparationOptions {
  readonly schema: QuerySchema;
  /** Valid, a query or a mutation. */
  readonly operation: OperationDefinitionNode;
  /** What of it the viewer may see. */
  readonly visible: VisibleOperation;
  readonly plan: Plan;
  readonly sources: QuerySources;
  readonly answerBytesMax: number;
}

/** The shape of the answer. */
export interface VisibleOperation {
  readonly selectionSet: SelectionSetNode;
  readonly fragments: Fragments;
  /** Fields that are null, whatever was fetched. */
  readonly denied: ReadonlySet<FieldNode>;
  readonly listDenials: (conditions: ConditionValues) => readonly GraphQLError[];
}

/** Throws when the plan or the document has something that can't be compiled. */
export function prepareOperation(options: PreparationOptions): PreparedOperation {
  const { schema, operation, visible, plan, sources, answerBytesMax } = options;
  const isMutation = operation.operation === 'mutation';
  const fetchOptions: FetchOptions = { ...sources, schema, isMutation };
  const runPlan = compilePlan(plan.node, fetchOptions);
  const findBytes = isMutation ? null : createBytes(options, fetchOptions);
  const readVariables = compileVariables(
    schema.api,
    operation.variableDefinitions ?? [],
    findConditionVariables([visible.selectionSet, ...visible.fragments.values()]),
  );
  const findResponse = createResponses(options);
  const introspect = createIntrospection(schema.api, operation, visible.fragments);

  const findParts = createParts(options, compileDeferral(plan.node, fetchOptions));

  function begin({ variables, context }: QueryRequest): Begun | Refused {
    const read = readVariables(variables);
    if ('errors' in read) return { kind: 'refused', errors: read.errors };
    const { conditions } = read;
    const execution = new Execution({ context, variables, conditions });
    execution.errors.push(...visible.listDenials(conditions));
    return { kind: 'begun', execution, introspect: (field) => introspect(field, variables) };
  }

  async function finish(begun: Begun): Promise<QueryResult> {
    try {
      return await answer(begun);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const errors = [...begun.execution.errors, error];
      return { kind: 'data', data: 'null', errors, cachePolicy: notPublic };
    }
  }

  /** Rejects with ANSWER_TOO_LARGE. */
  async function answer({ execution, introspect: introspectField }: Begun): Promise<QueryResult> {
    const bytes = findBytes?.(execution.conditions) ?? null;
    const body = bytes === null ? null : await bytes.answer(execution);
    if (bytes !== null && body !== null)
      return { kind: 'body', body, made: bytes.made, cachePolicy: execution.cachePolicy };
    // Before anything is changed: an operation whose answer can't be made must not run.
    const write = findResponse(execution.conditions);
    await runPlan(execution);
    const violations: Violation[] = [];
    const writing = { violations, introspect: introspectField };
    const data = write(execution.data, writing);
    const errors =
      execution.errors.length > 0
        ? execution.errors
        : violations.map((violation) => toViolationError(violation, []));
    const cachePolicy = errors.length > 0 ? notPublic : execution.cachePolicy;
    return { kind: 'data', data: data ?? 'null', errors, cachePolicy };
  }

  return {
    execute: async (request) => {
      const begun = begin(request);
      return begun.kind === 'refused' ? begun : finish(begun);
    },
    executeInParts: async (request) => {
      const begun = begin(request);
      if (begun.kind === 'refused') return begun;
      const parts = findParts(begun.execution.conditions);
      return parts === null ? finish(begun) : answerInParts({ ...begun, ...parts, schema, answerBytesMax });
    },
  };
}

interface Begun {
  readonly kind: 'begun';
  readonly execution: Execution;
  readonly introspect: (field: FieldNode) => string;
}

/** The response for values of the conditions, compiled when they first occur. */
function createResponses({
  schema: { api },
  operation,
  visible,
  answerBytesMax,
}: PreparationOptions): (conditions: ConditionValues) => Write {
  const { selectionSet, fragments, denied } = visible;
  const rootType = findRootType(api, operation);
  const options = { schema: api, fragments, denied, answerBytesMax, deferred: new Set<SelectionNode>() };
  return perConditions((conditions) => compileResponse(rootType, selectionSet, { ...options, conditions }));
}

interface Bytes {
  readonly made: 'passed through' | 'put together';
  readonly answer: AnswerInBytes;
}

/** How the answer is made of the bytes of subgraphs; null where it can't be. */
function createBytes(
  { schema, operation, visible, plan: { node }, answerBytesMax }: PreparationOptions,
  fetchOptions: FetchOptions,
): (conditions: ConditionValues) => Bytes | null {
  const passThrough = findPassThrough(node, { ...operation, ...visible }, schema);
  if (passThrough !== null) {
    const passed: Bytes = {
      made: 'passed through',
      answer: compilePassThrough(passThrough, fetchOptions, answerBytesMax),
    };
    return () => passed;
  }
  const answer = createSplicings({ node, ...visible, answerBytesMax }, fetchOptions);
  return (conditions) => {
    const found = answer(conditions);
    return found === null ? null : { made: 'put together', answer: found };
  };
}

type Parts = Pick<DeferredAnswerOptions, 'planned' | 'shape'>;

/** The same for an answer in parts; null where nothing is deferred. */
function createParts(
  { schema: { api }, operation, visible, answerBytesMax }: PreparationOptions,
  findPlanned: ReturnType<typeof compileDeferral>,
): (conditions: ConditionValues) => Parts | null {
  if (findPlanned === null) return () => null;
  const { selectionSet, fragments, denied } = visible;
  const rootType = findRootType(api, operation);
  const options = { rootType, selectionSet, schema: api, fragments, denied, answerBytesMax };
  return perConditions((conditions) => {
    const planned = findPlanned(conditions);
    const labels = new Set(listDeferrals(planned).map(({ label }) => label));
    return labels.size === 0 ? null : { planned, shape: compileShape({ ...options, conditions, labels }) };
  });
}

function findRootType(api: GraphQLSchema, { operation }: OperationDefinitionNode): GraphQLObjectType {
  const rootType = api.getRootType(operation);
  if (!rootType) throw new Error(`the schema has no ${operation}`);
  return rootType;
}
