/**
 * HISTORY and SEND: fields that a subgraph computes from fields of others, and which of them can't be planned together: two that require one field with different
 * arguments get one representation from Hive's planner and one fetch from Apollo's. Called by operation-planner.ts; calls subgraph-schemas.ts. Pure.
 */
import type { SelectionSetNode } from 'graphql';
import { Kind, parse, print, visit } from 'graphql';
import { readDirectives } from './subgraph-schemas.ts';

interface Need {
  /** Where the field is, by names from the type that requires it. */
  readonly place: string;
  readonly args: string;
}

export interface RequiringFields {
  /** Of all types. */
  readonly names: ReadonlySet<string>;
  /** Does the operation select two that need a field with different arguments? */
  hasConflict(text: string): boolean;
  /** Does the operation select two that it may leave out? */
  hasConditions(text: string): boolean;
}

export function readRequiringFields(supergraphSdl: string): RequiringFields {
  const needs = new Map<string, Need[]>();
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const fields = definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? (one.fields ?? [])
      : [],
  );
  for (const { name, directives } of fields)
    for (const { requires } of readDirectives(directives, 'join__field')) {
      if (requires === undefined) continue;
      const found = findNeeds(readFieldSet(String(requires)), '');
      needs.set(name.value, [...(needs.get(name.value) ?? []), ...found]);
    }
  const isPossible = isConflict([...needs.values()].flat());
  return {
    names: new Set(needs.keys()),
    hasConflict: (text) =>
      isPossible && isConflict([...findFieldNames(text)].flatMap((name) => needs.get(name) ?? [])),
    hasConditions: (text) =>
      needs.size > 1 &&
      /@\s*(?:skip|include)\b/.test(text) &&
      [...findFieldNames(text)].filter((name) => needs.has(name)).length > 1,
  };
}

function isConflict(needs: readonly Need[]): boolean {
  const seen = new Map<string, string>();
  return needs.some(({ place, args }) => {
    const other = seen.get(place);
    seen.set(place, args);
    return other !== undefined && other !== args;
  });
}

function readFieldSet(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('@requires without a set of fields');
  return definition.selectionSet;
}

function findNeeds({ selections }: SelectionSetNode, above: string): Need[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    if (selection.kind === Kind.INLINE_FRAGMENT) return findNeeds(selection.selectionSet, above);
    const place = `${above}.${selection.name.value}`;
    const args = (selection.arguments ?? []).map(print).sort().join();
    const below = selection.selectionSet === undefined ? [] : findNeeds(selection.selectionSet, place);
    return [{ place, args }, ...below];
  });
}

function findFieldNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  visit(parse(text, { noLocation: true }), {
    enter: (node) => void (node.kind === Kind.FIELD && names.add(node.name.value)),
  });
  return names;
}
