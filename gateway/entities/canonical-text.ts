/** JSON with the fields of every object in order: equal values have equal texts, however they were put together. What entities are recognised by. */

/** Takes what JSON takes; fields without a value are left out, as in JSON. */
export function toCanonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(toCanonicalText).join()}]`;
  const object = value as Readonly<Record<string, unknown>>;
  const fields = Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${toCanonicalText(object[name])}`);
  return `{${fields.join()}}`;
}
