/** By what an entity is found when it has changed: its type and each of its plain fields, of which its key is made. Pure. */

/** As in `_entities(representations:)`: the type's name, key fields, and what the subgraph requires besides. */
export type Representation = Readonly<Record<string, unknown>> & { readonly __typename: string };

/** A tag a field. An entity is meant by another representation when it has all of its tags. */
export function tagsOf(representation: Representation): readonly string[] {
  const { __typename: typename, ...fields } = representation;
  return Object.entries(fields).flatMap(([name, value]) =>
    // An ID may be a number here and a string there.
    typeof value === 'string' || typeof value === 'number' ? [`${typename} ${name} ${value}`] : [],
  );
}
