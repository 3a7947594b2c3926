/**
 * HISTORY and SEND: one query or mutation, whoever asks for it: what it costs, who may see what of it, and for each answer to that, and to which overrides are on,
 * the plan and the compiled operation. Kept by query-operations.ts; calls the planner and prepared-operation.ts.
 */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { GraphQLError, getOperationAST, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { createGraphQLError, toGraphQLError } from '#platform/graphql-errors.ts';
import { notPublic } from '../cache-policy.ts';
import type { Identity } from '../viewer.ts';
import type { ResultInParts } from './deferred/deferred-answer.ts';
import { isDeferring, labelDeferredFragments } from './deferred/deferred-fragments.ts';
import { readFragments } from './execution/pass-through.ts';
import type {
  PreparedOperation,
  QueryRequest,
  QueryResult,
  Refused,
  VisibleOperation,
} from './execution/prepared-operation.ts';
import { prepareOperation } from './execution/prepared-operation.ts';
import type { QuerySchema } from './execution/query-schema.ts';
import type { QuerySources } from './execution/run-node.ts';
import { protectClientNames, protectVariables, toClientName } from './planning/client-keys.ts';
import type { GenerationPlanner } from './planning/generation-planner.ts';
import { selectOverrides, toDraw } from './planning/override-labels.ts';
import type { Plan } from './planning/plan.ts';
import { toPlannedText } from './planning/planned-text.ts';
import { PlanningError } from './planning/planner.ts';
import { askForTypeNames } from './planning/type-names-asked.ts';
import type { QueryMetrics } from './query-metrics.ts';
import type { ResponseCache } from './response-cache.ts';
import type { FilteredOperation, OperationAccess } from './rules/access-rules.ts';
import { listDenials } from './rules/access-rules.ts';
import type { OperationCost } from './rules/cost-rules.ts';
import type { DemandControl } from './rules/demand-control.ts';
import type { SupergraphRules } from './rules/supergraph-rules.ts';

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
  /** In parts when something is deferred. Never rejects. */
  executeInParts(request: QueryRequest): Promise<QueryResult | ResultInParts>;
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
  readonly sources: QuerySources;
  readonly metrics: QueryMetrics;
  readonly answerBytesMax: number;
  /** Null when there is none. */
  readonly responses: ResponseCache | null;
}

/** Combinations of what a viewer may see and of overrides that are kept. */
const variantsMax = 64;

/** Nothing is planned yet. Throws for a subscription. */
export function createQueryOperation(parts: QueryOperationParts, asked: AskedOperation): QueryOperation {
  const operationName = asked.operationName ?? undefined;
  const { rules, schema, planner } = parts;
  const neededNames = new Set(planner.facts.neededNames);
  const document = labelDeferredFragments(
    protectClientNames(asked.document, schema.api, neededNames),
    operationName,
  );
  const operation = getOperationAST(document, operationName);
  if (!operation || operation.operation === 'subscription') throw new Error('neither a query nor a mutation');
  const access = rules.access.analyse(schema.api, document, operationName);
  const cost = rules.costs.weigh(schema.api, asked.document, operationName);
  return new Operation(parts, { asked, document, operation, kind: operation.operation, access, cost });
}

interface AnalysedOperation {
  readonly asked: AskedOperation;
  /** With names that planners can't mistake for theirs, and labels of deferred fragments. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly kind: 'query' | 'mutation';
  /** Null when everybody may see all of it. */
  readonly access: OperationAccess | null;
  readonly cost: OperationCost;
}

class Operation implements QueryOperation {
  readonly #parts: QueryOperationParts;
  readonly #analysed: AnalysedOperation;
  readonly #isRenamed: boolean;
  readonly #isDeferring: boolean;
  readonly #first = Promise.withResolvers<unknown>();
  readonly #variants = new LRUCache<string, PreparedOperation>({ max: variantsMax });
  readonly #underWay = new Map<string, Promise<PreparedOperation>>();

  constructor(parts: QueryOperationParts, analysed: AnalysedOperation) {
    this.#parts = parts;
    this.#analysed = analysed;
    this.#isRenamed = analysed.document !== analysed.asked.document;
    this.#isDeferring = isDeferring(analysed.document);
  }

  get kind(): 'query' | 'mutation' {
    return this.#analysed.kind;
  }

  get prepared(): Promise<unknown> {
    return this.#first.promise;
  }

  async prepare(identity: Identity): Promise<unknown> {
    return this.#find(this.#choose(identity));
  }

  async execute(request: QueryRequest): Promise<QueryResult> {
    const { demandControl, metrics, responses } = this.#parts;
    const refusal = demandControl.check(this.#analysed.cost, request.variables);
    if (refusal !== null) return { kind: 'refused', errors: [refusal] };
    const variant = this.#choose(request.context.identity);
    const isGuarded = this.#analysed.access !== null;
    const result = await (responses === null || this.kind === 'mutation' || isGuarded
      ? this.#run(variant, request, executeWhole)
      : this.#runCached(variant, request, responses));
    metrics.executed(result);
    // A subgraph may call public what not everybody may see.
    return isGuarded && result.kind !== 'refused' ? { ...result, cachePolicy: notPublic } : result;
  }

  async executeInParts(request: QueryRequest): Promise<QueryResult | ResultInParts> {
    if (!this.#isDeferring) return this.execute(request);
    const { demandControl, metrics } = this.#parts;
    const refusal = demandControl.check(this.#analysed.cost, request.variables);
    if (refusal !== null) return { kind: 'refused', errors: [refusal] };
    const variant = this.#choose(request.context.identity);
    const result = await this.#run(variant, request, (prepared, named) => prepared.executeInParts(named));
    metrics.executed(result);
    return result;
  }

  #choose(identity: Identity): Variant {
    const { access } = this.#analysed;
    const granted = access === null ? null : access.evaluate(identity);
    const active = findOverrides(this.#parts, identity);
    const key = active.length === 0 ? (granted ?? '') : `${granted ?? ''} ${active.join(' ')}`;
    return { key, granted, active };
  }

  async #run<Result>(
    variant: Variant,
    request: QueryRequest,
    execute: Execute<Result>,
  ): Promise<Result | Refused> {
    try {
      const found = this.#find(variant);
      const prepared = found instanceof Promise ? await found : found;
      const { variables } = request;
      return await execute(
        prepared,
        this.#isRenamed ? { ...request, variables: protectVariables(variables) } : request,
      );
    } catch (error) {
      return { kind: 'refused', errors: [toRefusal(error)] };
    }
  }

  async #runCached(variant: Variant, request: QueryRequest, cache: ResponseCache): Promise<QueryResult> {
    const { text, operationName } = this.#analysed.asked;
    const key = writeKey([text, operationName, variant.key, request.variables]);
    const kept = key === null ? undefined : cache.find(key);
    if (kept !== undefined) {
      this.#parts.metrics.cached();
      return kept;
    }
    const startedAtMs = performance.now();
    const result = await this.#run(variant, request, executeWhole);
    if (key !== null) cache.keep(key, result, startedAtMs);
    return result;
  }

  #find(variant: Variant): PreparedOperation | Promise<PreparedOperation> {
    const { key } = variant;
    const known = this.#variants.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return known;
    const coming = this.#plan(variant);
    this.#underWay.set(key, coming);
    coming.then(this.#first.resolve, this.#first.reject).finally(() => this.#underWay.delete(key));
    return coming;
  }

  async #plan({ key, granted, active }: Variant): Promise<PreparedOperation> {
    const { access } = this.#analysed;
    const filtered = granted === null || access === null ? null : access.filter(granted);
    const startedAtMs = performance.now();
    const made = await planOperation(this.#parts, { ...this.#analysed, filtered, activeOverrides: active });
    this.#parts.metrics.planned((performance.now() - startedAtMs) / 1_000);
    this.#variants.set(key, made);
    return made;
  }
}

type Execute<Result> = (prepared: PreparedOperation, request: QueryRequest) => Promise<Result>;

const executeWhole: Execute<QueryResult> = (prepared, request) => prepared.execute(request);

interface Variant {
  readonly key: string;
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

interface Planning extends Pick<AnalysedOperation, 'asked' | 'document' | 'operation'> {
  /** Null when everybody may see all of it. */
  readonly filtered: FilteredOperation | null;
  readonly activeOverrides: readonly string[];
}

async function planOperation(parts: QueryOperationParts, planning: Planning): Promise<PreparedOperation> {
  const { schema, sources, answerBytesMax } = parts;
  const { asked, operation, filtered } = planning;
  const visible =
    filtered === null
      ? toVisible(planning.document, asked.operationName)
      : toFilteredVisible(filtered, asked);
  const plan = await findPlan(parts, planning);
  return prepareOperation({ schema, operation, visible, plan, sources, answerBytesMax });
}

async function findPlan({ planner, schema }: QueryOperationParts, planning: Planning): Promise<Plan> {
  const { asked, filtered, activeOverrides } = planning;
  const visible = filtered === null ? planning.document : filtered.document;
  if (visible === null) return { node: null };
  const document = askForTypeNames(visible, schema);
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

/** Null for variables that are too deep to be written. */
function writeKey(parts: readonly unknown[]): string | null {
  try {
    return JSON.stringify(parts);
  } catch {
    return null;
  }
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
