/** Values of arguments: literals, variables with and without defaults, given and not given. Called by made-up-operations.ts. */
import fc from 'fast-check';
import type { GraphQLArgument, GraphQLInputType } from 'graphql';
import { getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';

export type Value =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly variable: Variable }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, Value])[] };

export interface Variable {
  readonly type: string;
  /** GraphQL text. */
  readonly defaultText: string | null;
  /** Null when the client does not send it. */
  readonly given: { readonly value: unknown } | null;
}

const strings = ['', 'x', 'a "b" \\', '☃ 😀', '"errors"', '\n\u0001', '__proto__'];

/** Null for an argument that is left out. */
export function madeUpArgument({ type, defaultValue }: GraphQLArgument): fc.Arbitrary<Value | null> {
  const value: fc.Arbitrary<Value | null> = madeUpValue(type, 2);
  return isNonNullType(type) && defaultValue === undefined ? value : fc.option(value, { freq: 2 });
}

function madeUpValue(type: GraphQLInputType, depth: number): fc.Arbitrary<Value> {
  const nullable = getNullableType(type);
  const literal = madeUpJson(type, depth).map(
    (json): Value => ({ kind: 'literal', text: toLiteral(json, type) }),
  );
  const variable = madeUpVariable(type).map((one): Value => ({ kind: 'variable', variable: one }));
  if (!isInputObjectType(nullable) || depth === 0) return fc.oneof(literal, variable);
  const fields = Object.values(nullable.getFields()).map((field) =>
    fc
      .option(madeUpValue(field.type, depth - 1), { freq: 1 })
      .map((value) => (value === null ? null : ([field.name, value] as const))),
  );
  const object = fc
    .tuple(...fields)
    .map((all): Value => ({ kind: 'object', fields: all.filter((one) => one !== null) }));
  return fc.oneof(literal, variable, object);
}

function madeUpVariable(type: GraphQLInputType): fc.Arbitrary<Variable> {
  const nullable = getNullableType(type);
  const present = madeUpJson(nullable, 1).filter((json) => json !== null);
  const given = present.map((value) => ({ value }));
  const toText = (json: unknown) => toLiteral(json, nullable);
  const needed = given.map((one): Variable => ({ type: `${nullable}!`, defaultText: null, given: one }));
  const withDefault = (name: string, givens: fc.Arbitrary<Variable['given']>) =>
    fc
      .tuple(present, givens)
      .map(([json, one]): Variable => ({ type: name, defaultText: toText(json), given: one }));
  const defaulted = withDefault(`${nullable}!`, fc.option(given));
  if (isNonNullType(type)) return fc.oneof(needed, defaulted, withDefault(`${nullable}`, fc.option(given)));
  const givenOrNull = fc.option(fc.oneof(given, fc.constant({ value: null })), { freq: 2 });
  const free = givenOrNull.map((one): Variable => ({ type: `${nullable}`, defaultText: null, given: one }));
  return fc.oneof(needed, defaulted, withDefault(`${nullable}`, givenOrNull), free);
}

function madeUpJson(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  const nullable = getNullableType(type);
  const present = madeUpPresent(nullable, depth);
  return isNonNullType(type) ? present : fc.option(present, { freq: 8 });
}

function madeUpPresent(type: GraphQLInputType, depth: number): fc.Arbitrary<unknown> {
  if (isListType(type)) return fc.array(madeUpJson(type.ofType, depth), { maxLength: 2 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((field) => depth > 0 || field.type !== type);
    const model = Object.fromEntries(fields.map((field) => [field.name, madeUpJson(field.type, depth - 1)]));
    return depth <= 0 ? fc.constant({}) : fc.record(model, { requiredKeys: [] });
  }
  switch (String(type)) {
    case 'Int':
      return fc.constantFrom(0, 1, 2, -5, 2_147_483_647);
    case 'Boolean':
      return fc.boolean();
    case 'Json':
      return fc.constantFrom<unknown>(1, 'x "y"', true, [1, [null]], { a: { constructor: 1.5 } }, {}, []);
    default:
      return fc.constantFrom(...strings);
  }
}

function toLiteral(json: unknown, type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (json === null) return 'null';
  if (Array.isArray(json)) {
    const itemType = isListType(nullable) ? nullable.ofType : nullable;
    return `[${json.map((item) => toLiteral(item, itemType)).join(', ')}]`;
  }
  if (typeof json === 'object') {
    const fields = isInputObjectType(nullable) ? nullable.getFields() : {};
    const parts = Object.entries(json).map(
      ([name, value]) => `${name}: ${toLiteral(value, fields[name]?.type ?? nullable)}`,
    );
    return `{${parts.join(', ')}}`;
  }
  return isEnumType(nullable) ? String(json) : JSON.stringify(json);
}
