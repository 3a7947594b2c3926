/**
 * What a client asks over a connection that stays, checked and planned once per document and supergraph. Called by the transports (websocket.ts) and, for
 * trusted documents, by documents/warm-up.ts; calls limits.ts and the planner.
 */
import type { DocumentNode, GraphQLError, OperationTypeNode } from 'graphql';
import { getOperationAST, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { DocumentOutcome } from './documents/documents.ts';
import type { OperationLimits } from './limits.ts';
import { unclearOperation } from './limits.ts';
import type { OperationAccess } from './queries/rules/access-rules.ts';
import { listDenials } from './queries/rules/access-rules.ts';
import type { OperationCost } from './queries/rules/cost-rules.ts';
import type { DemandControl } from './queries/rules/demand-control.ts';
import type { SupergraphRules } from './queries/rules/supergraph-rules.ts';
import { coerceVariables } from './subscriptions/engine.ts';
import type { Generation, SubscriptionPlan } from './subscriptions/generation.ts';
import type { Identity } from './viewer.ts';

/** The parameters of a request, as all transports have them. */
export interface OperationRequest {
  readonly document: DocumentOutcome;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export type PreparedOperation =
  | { readonly kind: 'query' | 'mutation' }
  | {
      readonly kind: 'subscription';
      readonly plan: SubscriptionPlan;
      readonly variables: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };

export interface Operations {
  /** Throws GraphQLError for what can't be parsed, planned, or has wrong variables. */
  prepare(request: OperationRequest, identity: Identity): PreparedOperation;
  /** Takes over a new supergraph: what was known is checked and planned again, a document at a time, before somebody asks. */
  warmUp(generation: ServedGeneration): Promise<void>;
  /** Keeps what subscriptions of this text need; throws GraphQLError, or an AggregateError of them, when something of it can't run. */
  warmUpText(query: string): void;
}

/** A text, and which of its operations. */
interface Asked {
  readonly query: string;
  readonly operationName: string | null;
}

type Known =
  | { readonly kind: Exclude<`${OperationTypeNode}`, 'subscription'> }
  | {
      readonly kind: 'subscription';
      readonly plan: SubscriptionPlan;
      readonly access: OperationAccess | null;
      readonly cost: OperationCost;
    }
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };

/** A supergraph, as operations need it. */
export type ServedGeneration = Generation & SupergraphRules;

/** Of all documents that are kept. */
const documentCharsMax = 16 * 1024 * 1024;

/** Knows nothing yet. */
export function createOperations(options: {
  readonly limits: OperationLimits;
  readonly demandControl: DemandControl;
  readonly currentGeneration: () => ServedGeneration;
  readonly documentsMax: number;
  readonly logger: Logger;
}): Operations {
  const { limits, demandControl, currentGeneration, documentsMax, logger } = options;
  const documents = new WeakMap<ServedGeneration, LRUCache<string, Known>>();
  let latest: ServedGeneration | null = null;

  function documentsOf(generation: ServedGeneration): LRUCache<string, Known> {
    const known = documents.get(generation) ?? createStore(documentsMax);
    documents.set(generation, known);
    latest = generation;
    return known;
  }

  function check(generation: ServedGeneration, { query, operationName }: Asked): Known {
    const document = limits.parseDocument(query);
    const name = operationName || undefined;
    const operation = getOperationAST(document, name);
    if (!operation) return { kind: 'refused', errors: [unclearOperation()] };
    const problems = limits.findProblems(generation.schema, document);
    if (problems.length > 0) return { kind: 'refused', errors: problems };
    const { operation: kind } = operation;
    if (kind !== 'subscription') return { kind };
    const { schema, access, costs } = generation;
    return {
      ...{ kind, plan: generation.planSubscription(document, name) },
      ...{ access: access.analyse(schema, document, name), cost: costs.weigh(schema, document, name) },
    };
  }

  function look(generation: ServedGeneration, asked: Asked, isViewer: boolean): Known {
    const ofGeneration = documentsOf(generation);
    const key = toKey(asked);
    const known = ofGeneration.get(key);
    if (known !== undefined) return known;
    const checked = check(generation, asked);
    // Only what is asked again and again, and by somebody who may: anybody could push it out otherwise.
    if (checked.kind === 'subscription' && isViewer) ofGeneration.set(key, checked);
    return checked;
  }

  return {
    prepare: (request, identity) => {
      const { document, operationName = null } = request;
      if (document.kind === 'refused') return { kind: 'refused', errors: [document.error] };
      const asked = { query: document.query, operationName };
      const known = look(currentGeneration(), asked, identity.kind === 'viewer');
      if (known.kind !== 'subscription') return known;
      if (identity.kind !== 'viewer') {
        return { kind: 'refused', errors: [unauthenticated()] };
      }
      const variables = coerceVariables(known.plan, request.variables ?? {});
      const refusal = demandControl.check(known.cost, variables);
      const refusals = refusal === null ? findDenials(known, identity, variables) : [refusal];
      if (refusals.length > 0) return { kind: 'refused', errors: refusals };
      return { kind: 'subscription', plan: known.plan, variables };
    },
    warmUp: async (generation) => {
      const before = latest === null || latest === generation ? [] : [...documentsOf(latest)];
      documentsOf(generation);
      for (const [key] of before) {
        await new Promise(setImmediate);
        if (latest !== generation) return;
        const [query, operationName] = JSON.parse(key) as [string, string | null];
        try {
          look(generation, { query, operationName }, true);
        } catch (error) {
          // Whoever asks for it is told.
          logger.debug({ err: error }, 'a subscription has no plan in the new supergraph');
        }
      }
    },
    warmUpText: (query) => {
      const generation = currentGeneration();
      const names = readOperationNames(limits.parseDocument(query));
      for (const operationName of names) {
        const known = look(generation, { query, operationName }, true);
        if (known.kind === 'refused') throw new AggregateError(known.errors);
        // The only one runs also when it is not named.
        if (names.length === 1 && known.kind === 'subscription')
          documentsOf(generation).set(toKey({ query, operationName: null }), known);
      }
    },
  };
}

function createStore(documentsMax: number): LRUCache<string, Known> {
  return new LRUCache({
    max: documentsMax,
    maxSize: documentCharsMax,
    sizeCalculation: (_known, key) => key.length,
  });
}

/** One is enough to refuse a subscription whole: with each event the same would be said again. */
function findDenials(
  { access }: Known & { kind: 'subscription' },
  identity: Identity,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  return access ? listDenials(access.filter(access.evaluate(identity)), variables) : [];
}

function toKey({ query, operationName }: Asked): string {
  return JSON.stringify([query, operationName]);
}

function readOperationNames(document: DocumentNode): (string | null)[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value ?? null] : [],
  );
}
