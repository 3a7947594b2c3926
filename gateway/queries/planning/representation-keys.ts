/**
 * HISTORY and SEND: representations without a key are not sent. Where a fragment on an interface names what all its types need, and another one the key of
 * one of them, the other types would be asked for without. Called by plan-check.ts; pure.
 */
import type { GraphQLSchema, SelectionSetNode } from 'graphql';
import { isAbstractType, isInterfaceType, isObjectType, Kind } from 'graphql';
import type { Requirement } from './plan.ts';

type Keys = ReadonlyMap<string, readonly SelectionSetNode[]>;

/** What is left of the requirements when types are left out of whose keys there are none; empty when that is all of them. */
export function requireKeys(
  requires: readonly Requirement[],
  keys: Keys,
  supergraph: GraphQLSchema,
): readonly Requirement[] {
  const fragments = requires.filter((one) => one.kind === 'Fragment');
  if (fragments.length < requires.length) return requires;
  const names = new Set(fragments.flatMap(({ typeCondition }) => findTypes(typeCondition, supergraph)));
  const matching = [...names].map((name) => {
    const parts = fragments.filter(({ typeCondition }) => isOfType(name, typeCondition, supergraph));
    return { name, selections: parts.flatMap(({ selections }) => selections) };
  });
  const keyed = matching.filter(({ name, selections }) => hasKey(name, selections, { keys, supergraph }));
  if (keyed.length === matching.length) return requires;
  return keyed.map(({ name, selections }) => ({ kind: 'Fragment', typeCondition: name, selections }));
}

/** The type itself, which may be an interface that the subgraph has as an object, and those it stands for. */
function findTypes(name: string, supergraph: GraphQLSchema): string[] {
  const type = supergraph.getType(name);
  const possible = isAbstractType(type) ? supergraph.getPossibleTypes(type).map((one) => one.name) : [];
  return isAbstractType(type) && !isInterfaceType(type) ? possible : [name, ...possible];
}

function isOfType(name: string, typeCondition: string, supergraph: GraphQLSchema): boolean {
  return findTypes(typeCondition, supergraph).includes(name);
}

function hasKey(
  name: string,
  selections: readonly Requirement[],
  { keys, supergraph }: { readonly keys: Keys; readonly supergraph: GraphQLSchema },
): boolean {
  const type = supergraph.getType(name);
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  return [name, ...interfaces.map((one) => one.name)].some((one) =>
    keys.get(one)?.some((key) => covers(selections, key)),
  );
}

function covers(selections: readonly Requirement[], key: SelectionSetNode): boolean {
  const fields = selections.flatMap(toFields);
  return key.selections.every((wanted) => {
    if (wanted.kind !== Kind.FIELD) return true;
    const found = fields.filter(({ responseKey }) => responseKey === wanted.name.value);
    if (wanted.selectionSet === undefined) return found.length > 0;
    return covers(
      found.flatMap((field) => field.selections ?? []),
      wanted.selectionSet,
    );
  });
}

function toFields(requirement: Requirement): (Requirement & { kind: 'Field' })[] {
  return requirement.kind === 'Field' ? [requirement] : requirement.selections.flatMap(toFields);
}
