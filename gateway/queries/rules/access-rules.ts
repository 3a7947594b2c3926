/**
 * HISTORY, SEND and LIVE: who may see what, as the supergraph says by @authenticated, @requiresScopes and @policy. What a viewer may not see is taken out of
 * the operation before it is planned, so it is never fetched. Made once per supergraph; the executor and operations.ts analyse each operation
 * once and ask per request only which of its conditions hold.
 */
import type { DocumentNode, FieldNode, GraphQLSchema, SelectionNode, SelectionSetNode } from 'graphql';
import { GraphQLError, Kind } from 'graphql';
import { LRUCache } from 'lru-cache';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import { findVariables } from '#platform/graphql-variables.ts';
import type { Identity } from '../../viewer.ts';
import type { GuardedField, GuardedOperation } from './access-analysis.ts';
import { analyseOperation } from './access-analysis.ts';
import type { AccessCondition } from './access-conditions.ts';
import { holds, readAccessConditions } from './access-conditions.ts';
import type { SupergraphDirectives } from './supergraph-directives.ts';

export interface AccessRules {
  /** Everybody may see everything. */
  readonly isEmpty: boolean;
  /** Of a valid operation; null when everybody may see all of it. Throws GRAPHQL_VALIDATION_FAILED when it is too long without fragments. */
  analyse(schema: GraphQLSchema, document: DocumentNode, operationName?: string): OperationAccess | null;
}

export interface OperationAccess {
  /** Those that decide about a part of the operation, each once. */
  readonly conditions: readonly AccessCondition[];
  /** Which of them hold, as a text that is the same for all to whom the same is shown. */
  evaluate(identity: Identity): string;
  /** What is left of the operation for them. */
  filter(key: string): FilteredOperation;
}

export interface FilteredOperation {
  /** What may be fetched: to be planned. Null when nothing is left. */
  readonly document: DocumentNode | null;
  /** What was asked for, without spreads: the answer's shape. */
  readonly answer: DocumentNode;
  /** Nodes of `answer` that are null in it, whatever was fetched: a key of the plan can have the same name. */
  readonly deniedFields: ReadonlySet<FieldNode>;
  readonly denied: readonly DeniedField[];
}

/** A field that was taken out; of those in it nothing is said. */
export type DeniedField = Pick<GuardedField, 'path' | 'coordinate' | 'includedIf'>;

/** Of an operation that are kept filtered. */
const outcomesMax = 64;

export function createAccessRules(directives: SupergraphDirectives): AccessRules {
  const conditions = readAccessConditions(directives);
  return {
    isEmpty: conditions.size === 0,
    analyse: (schema, document, operationName) => {
      if (conditions.size === 0) return null;
      const guardedOperation = analyseOperation(schema, { document, operationName }, conditions);
      return guardedOperation.guarded.size === 0 ? null : createOperationAccess(document, guardedOperation);
    },
  };
}

function createOperationAccess(original: DocumentNode, guardedOperation: GuardedOperation): OperationAccess {
  const { guarded } = guardedOperation;
  const conditions = [...new Set([...guarded.values()].flatMap((field) => [...field.conditions]))];
  const outcomes = new LRUCache<string, FilteredOperation>({ max: outcomesMax });
  const unfiltered = { document: original, answer: original, deniedFields: new Set<FieldNode>(), denied: [] };
  outcomes.set('1'.repeat(conditions.length), unfiltered);
  return {
    conditions,
    evaluate: (identity) => {
      let key = '';
      for (const condition of conditions) key += holds(condition, identity) ? '1' : '0';
      return key;
    },
    filter: (key) => {
      const known = outcomes.get(key);
      if (known !== undefined) return known;
      const missing = new Set(conditions.filter((_condition, index) => key[index] !== '1'));
      const filtered = filterOperation(guardedOperation, missing);
      outcomes.set(key, filtered);
      return filtered;
    },
  };
}

function filterOperation(
  { operation, guarded }: GuardedOperation,
  missing: ReadonlySet<AccessCondition>,
): FilteredOperation {
  const deniedFields = new Set<FieldNode>();
  const denied: DeniedField[] = [];

  function isDenied(field: FieldNode): boolean {
    const guard = guarded.get(field);
    if (guard === undefined || !guard.conditions.some((condition) => missing.has(condition))) return false;
    deniedFields.add(field);
    denied.push({ path: guard.path, coordinate: guard.coordinate, includedIf: guard.includedIf });
    return true;
  }

  function keep({ selections }: SelectionSetNode): SelectionNode[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD || (selection.kind === Kind.FIELD && isDenied(selection)))
        return [];
      if (selection.selectionSet === undefined) return [selection];
      const kept = keep(selection.selectionSet);
      if (kept.length === 0 && selection.kind === Kind.INLINE_FRAGMENT) return [];
      // Whether there is such an object, and how many of them, may still be told.
      return [{ ...selection, selectionSet: toSelectionSet(kept.length === 0 ? [typeName] : kept) }];
    });
  }

  const kept = keep(operation.selectionSet);
  const left = { ...operation, selectionSet: toSelectionSet(kept) };
  const used = new Set(findVariables(left));
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  return {
    document: kept.length === 0 ? null : toDocument({ ...left, variableDefinitions }),
    answer: toDocument(operation),
    ...{ deniedFields, denied },
  };
}

const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function toSelectionSet(selections: readonly SelectionNode[]): SelectionSetNode {
  return { kind: Kind.SELECTION_SET, selections };
}

function toDocument(operation: GuardedOperation['operation']): DocumentNode {
  return { kind: Kind.DOCUMENT, definitions: [operation] };
}

/** What to tell of the denied fields, once each, without those that @skip or @include leave out. `variables` are coerced ones. */
export function listDenials(
  { denied }: FilteredOperation,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const errors = new Map<string, GraphQLError>();
  for (const { path, includedIf } of denied) {
    const isIncluded =
      includedIf !== null && [...includedIf].every(([name, value]) => (variables[name] === true) === value);
    if (isIncluded) errors.set(JSON.stringify(path), unauthorized(path));
  }
  return [...errors.values()];
}

function unauthorized(path: readonly string[]): GraphQLError {
  const { message, extensions } = createGraphQLError(
    'UNAUTHORIZED_FIELD_OR_TYPE',
    'Unauthorized field or type',
  );
  return new GraphQLError(message, { path, extensions });
}
