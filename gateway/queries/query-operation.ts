/**
 * HISTORY and SEND: one query or mutation, whoever asks for it: what it costs, who may see what of it, and for each answer to that, and to which overrides are on,
 * the plan and the compiled operation. Kept by query-operations.ts; calls the planner and prepared-operation.ts.
 */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { GraphQLError, getOperationAST, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { createGraphQLError, toGraphQLError } from '#platform/graphql-errors.ts';
import type { Identity } from '../viewer.ts';
import type { FilteredOperation } from './access-rules.ts';
import { listDenials } from './access-rules.ts';
import { protectClientNames, protectVariables, toClientName } from './client-keys.ts';
import type { DemandControl } from './demand-control.ts';
import type { GenerationPlanner } from './generation-planner.ts';
import { selectOverrides, toDraw } from './override-labels.ts';
import { readFragments } from './pass-through.ts';
import type { Plan } from './plan.ts';
import { toPlannedText } from './planned-text.ts';
import { PlanningError } from './planner.ts';
import type { PreparedOperation, QueryRequest, QueryResult, VisibleOperation } from './prepared-operation.ts';
import { prepareOperation } from './prepared-operation.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';
import type { SupergraphRules } from './supergraph-rules.ts';

export interface OperationText {
  readonly text: string;
  /** Null when the document has one operation. */
  readonly operationName: string | null;
}

/** With what the text says, valid. */
export type AskedOperation = OperationText & { readonly document: DocumentNode };

export interface QueryOperation {
  readonly kind: 'query' | 'mutation';
  /** Settled with the first preparation for anybody. */
  readonly prepared: Promise<unknown>;
  /** Never rejects. */
  execute(request: QueryRequest): Promise<QueryResult>;
  /** As the first request of this viewer would. Rejects with PlanningError. */
  prepare(identity: Identity): Promise<unknown>;
}

/** Of one supergraph. */
export interface QueryOperationParts {
  readonly schema: QuerySchema;
  readonly planner: GenerationPlanner;
  readonly rules: SupergraphRules;
  readonly demandControl: DemandControl;
  /** Labels of progressive @override that are on for everybody. */
  readonly enabledOverrides: ReadonlySet<string>;
  readonly sourceOf: (subgraph: string) => QuerySource;
}

/** Combinations of what a viewer may see and of overrides that are kept. */
const variantsMax = 64;

/** Nothing is planned yet. */
export function createQueryOperation(parts: QueryOperationParts, asked: AskedOperation): QueryOperation {
  const { rules, demandControl, schema, planner } = parts;
  const operationName = asked.operationName ?? undefined;
  const document = protectClientNames(asked.document, schema.api, new Set(planner.facts.neededNames));
  const operation = getOperationAST(document, operationName);
  if (!operation || operation.operation === 'subscription') throw new Error('neither a query nor a mutation');
  const access = rules.access.analyse(schema.api, document, operationName);
  const cost = rules.costs.weigh(schema.api, asked.document, operationName);
  const planning = { asked, document, operation };
  const rename = document === asked.document ? null : protectVariables;
  const first = Promise.withResolvers<unknown>();
  const variants = new LRUCache<string, PreparedOperation>({ max: variantsMax });
  const underWay = new Map<string, Promise<PreparedOperation>>();

  async function plan(key: string, { granted, active }: Variant): Promise<PreparedOperation> {
    const filtered = granted === null || access === null ? null : access.filter(granted);
    const made = await planOperation(parts, { ...planning, filtered, activeOverrides: active });
    variants.set(key, made);
    return made;
  }

  function find(identity: Identity): PreparedOperation | Promise<PreparedOperation> {
    const granted = access === null ? null : access.evaluate(identity);
    const active = findOverrides(parts, identity);
    const key = `${granted ?? ''} ${active.join(' ')}`;
    const known = variants.get(key) ?? underWay.get(key);
    if (known !== undefined) return known;
    const coming = plan(key, { granted, active });
    underWay.set(key, coming);
    coming.then(first.resolve, first.reject).finally(() => underWay.delete(key));
    return coming;
  }

  async function execute(request: QueryRequest): Promise<QueryResult> {
    const refusal = demandControl.check(cost, request.variables);
    if (refusal !== null) return { kind: 'refused', errors: [refusal] };
    try {
      const found = find(request.context.identity);
      const prepared = found instanceof Promise ? await found : found;
      return await prepared.execute(
        rename === null ? request : { ...request, variables: rename(request.variables) },
      );
    } catch (error) {
      return { kind: 'refused', errors: [toRefusal(error)] };
    }
  }

  return {
    kind: operation.operation,
    prepared: first.promise,
    execute,
    prepare: async (identity) => find(identity),
  };
}

interface Variant {
  readonly granted: string | null;
  readonly active: readonly string[];
}

const noOverrides: readonly string[] = [];

function findOverrides(
  { planner, enabledOverrides }: QueryOperationParts,
  identity: Identity,
): readonly string[] {
  const { overrideLabels } = planner.facts;
  if (overrideLabels.length === 0) return noOverrides;
  const draw = identity.kind === 'viewer' ? toDraw(identity.viewer.userId) : Math.random() * 100;
  return selectOverrides(overrideLabels, { enabled: enabledOverrides, draw });
}

interface Planning {
  readonly asked: AskedOperation;
  /** With names that planners can't mistake for theirs. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Null when everybody may see all of it. */
  readonly filtered: FilteredOperation | null;
  readonly activeOverrides: readonly string[];
}

async function planOperation(parts: QueryOperationParts, planning: Planning): Promise<PreparedOperation> {
  const { schema, sourceOf } = parts;
  const { asked, operation, filtered } = planning;
  const visible =
    filtered === null
      ? toVisible(planning.document, asked.operationName)
      : toFilteredVisible(filtered, asked);
  const plan = await findPlan(parts, planning);
  return prepareOperation({ schema, operation, visible, plan, sourceOf });
}

async function findPlan({ planner }: QueryOperationParts, planning: Planning): Promise<Plan> {
  const { asked, filtered, activeOverrides } = planning;
  const document = filtered === null ? planning.document : filtered.document;
  if (document === null) return { node: null };
  const { operationName } = asked;
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('the operation has been filtered out of its document');
  const text = document === asked.document ? asked.text : print(document);
  const planned = toPlannedText(document, {
    operation,
    fragments: readFragments(document.definitions),
    text,
  });
  if (planned === null) return { node: null };
  return planner.plan({ text: planned, operationName, activeOverrides });
}

function toVisible(document: DocumentNode, operationName: string | null): VisibleOperation {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('the document has no such operation');
  return {
    selectionSet: operation.selectionSet,
    fragments: readFragments(document.definitions),
    denied: new Set(),
    listDenials: () => [],
  };
}

function toFilteredVisible(filtered: FilteredOperation, { operationName }: AskedOperation): VisibleOperation {
  return {
    ...toVisible(filtered.answer, operationName),
    denied: filtered.deniedFields,
    listDenials: (conditions) => listDenials(filtered, Object.fromEntries(conditions)).map(toClientPath),
  };
}

function toClientPath({ message, path = [], extensions }: GraphQLError): GraphQLError {
  const names = path.map((step) => (typeof step === 'string' ? toClientName(step) : step));
  return new GraphQLError(message, { path: names, extensions });
}

/** With the status it has over HTTP. */
function toRefusal(error: unknown): GraphQLError {
  const isMoment = error instanceof PlanningError && error.reason !== 'failed';
  const refusal = isMoment
    ? createGraphQLError('OVERLOADED', 'There was no time to plan the operation; try again.', {
        cause: error,
        retryAfterMs: 1_000,
      })
    : toGraphQLError(error);
  const { message, extensions, originalError } = refusal;
  const http = { status: isMoment ? 503 : 500 };
  return new GraphQLError(message, { extensions: { ...extensions, http }, originalError });
}
