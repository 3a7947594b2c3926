/**
 * HISTORY, SEND and LIVE: what the supergraph asks of a viewer before it gives out a field or a type: @authenticated, @requiresScopes and @policy. Read once
 * per supergraph by access-rules.ts; calls supergraph-directives.ts.
 */
import type { Identity } from '../../viewer.ts';
import type { Coordinate, SupergraphDirectives } from './supergraph-directives.ts';

/** `anyOf`: the viewer has all of one of these lists. */
export type AccessCondition =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes' | 'policies'; readonly anyOf: readonly (readonly string[])[] };

/** All must hold. The same condition is the same object, wherever it stands. */
export type AccessConditions = ReadonlyMap<Coordinate, ReadonlySet<AccessCondition>>;

/** Those of types and of fields. */
export function readAccessConditions(directives: SupergraphDirectives): AccessConditions {
  const known = new Map<string, AccessCondition>();
  const conditions = new Map<Coordinate, Set<AccessCondition>>();

  function add(coordinate: Coordinate, condition: AccessCondition): void {
    const text = JSON.stringify(condition);
    const one = known.get(text) ?? condition;
    known.set(text, one);
    const ofCoordinate = conditions.get(coordinate) ?? new Set();
    conditions.set(coordinate, ofCoordinate.add(one));
  }

  for (const coordinate of directives.find('authenticated', 'authenticated').keys())
    add(coordinate, { kind: 'authenticated' });
  for (const [coordinate, { scopes }] of directives.find('requiresScopes', 'requiresScopes'))
    add(coordinate, { kind: 'scopes', anyOf: toSortedLists(scopes) });
  for (const [coordinate, { policies }] of directives.find('policy', 'policy'))
    add(coordinate, { kind: 'policies', anyOf: toSortedLists(policies) });
  return conditions;
}

function toSortedLists(lists: unknown): string[][] {
  return (lists as readonly (readonly string[])[]).map((list) => [...list].sort()).sort();
}

/** A list of no lists holds for nobody. */
export function holds(condition: AccessCondition, identity: Identity): boolean {
  if (condition.kind === 'authenticated') return identity.kind === 'viewer';
  const granted = identity.kind === 'viewer' ? identity.viewer[condition.kind] : nothing;
  return condition.anyOf.some((all) => all.every((name) => granted.has(name)));
}

const nothing: ReadonlySet<string> = new Set();
