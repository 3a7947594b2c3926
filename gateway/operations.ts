/**
 * What a client asks over a connection that stays, checked and planned once per document and supergraph. Called by the transports (websocket.ts); calls
 * limits.ts and the planner.
 */
import type { GraphQLError, OperationTypeNode } from 'graphql';
import { getOperationAST } from 'graphql';
import { LRUCache } from 'lru-cache';
import { unauthenticated } from '#platform/graphql-errors.ts';
import type { OperationLimits } from './limits.ts';
import { unclearOperation } from './limits.ts';
import { coerceVariables } from './subscriptions/engine.ts';
import type { Generation, SubscriptionPlan } from './subscriptions/generation.ts';
import type { Identity } from './viewer.ts';

/** The parameters of a request, as all transports have them. */
export interface OperationRequest {
  readonly query: string;
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

/** Throws GraphQLError for what can't be parsed, planned, or has wrong variables. */
export type PrepareOperation = (request: OperationRequest, identity: Identity) => PreparedOperation;

type Known =
  | { readonly kind: `${OperationTypeNode}`; readonly plan: SubscriptionPlan | null }
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLError[] };

export function createPrepareOperation(options: {
  readonly limits: OperationLimits;
  readonly currentGeneration: () => Generation;
  readonly documentsMax: number;
}): PrepareOperation {
  const { limits, currentGeneration, documentsMax } = options;
  const documents = new WeakMap<Generation, LRUCache<string, Known>>();

  function check(generation: Generation, { query, operationName }: OperationRequest): Known {
    const document = limits.parseDocument(query);
    const name = operationName ?? undefined;
    const operation = getOperationAST(document, name);
    if (!operation) return { kind: 'refused', errors: [unclearOperation()] };
    const problems = limits.findProblems(generation.schema, document);
    if (problems.length > 0) return { kind: 'refused', errors: problems };
    const { operation: kind } = operation;
    if (kind !== 'subscription') return { kind, plan: null };
    return { kind, plan: generation.planSubscription({ source: query, document, operationName: name }) };
  }

  return (request, identity) => {
    const generation = currentGeneration();
    const ofGeneration = documents.get(generation) ?? new LRUCache<string, Known>({ max: documentsMax });
    documents.set(generation, ofGeneration);
    const key = `${request.operationName ?? ''}\n${request.query}`;
    const known = ofGeneration.get(key) ?? check(generation, request);
    ofGeneration.set(key, known);
    if (known.kind === 'refused') return known;
    if (known.kind !== 'subscription' || known.plan === null)
      return { kind: known.kind === 'mutation' ? 'mutation' : 'query' };
    if (identity.kind !== 'viewer') {
      const error = unauthenticated('Sign in first: send `authorization` in connection_init.');
      return { kind: 'refused', errors: [error] };
    }
    const { plan } = known;
    return { kind: 'subscription', plan, variables: coerceVariables(plan, request.variables ?? {}) };
  };
}
