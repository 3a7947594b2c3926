/**
 * Operations for a schema: aliases that mean something to JavaScript, fragments of every kind, @skip and @include, variables, introspection, fields that are asked
 * for twice. Mostly valid; the others are left out by who calls. Called by explore.ts.
 */
import fc from 'fast-check';
import type { GraphQLCompositeType, GraphQLField, GraphQLSchema } from 'graphql';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Value } from './made-up-values.ts';
import { madeUpArgument } from './made-up-values.ts';

export type Selection =
  | {
      readonly kind: 'field';
      readonly parent: GraphQLCompositeType;
      readonly name: string;
      /** Of the field, for people and to see what may have one name. */
      readonly type: string;
      readonly alias: string | null;
      readonly args: readonly (readonly [string, Value])[];
      readonly condition: Condition | null;
      readonly selections: readonly Selection[] | null;
    }
  | {
      readonly kind: 'fragment';
      readonly on: string | null;
      readonly parent: GraphQLCompositeType;
      readonly isNamed: boolean;
      readonly condition: Condition | null;
      readonly selections: readonly Selection[];
    }
  | { readonly kind: 'introspection'; readonly alias: string | null; readonly text: string };

export interface Condition {
  readonly directive: 'skip' | 'include';
  /** A literal, or which of the operation's conditions. */
  readonly value: boolean | number;
}

export interface Draft {
  readonly kind: 'query' | 'mutation';
  readonly isNamed: boolean;
  /** Is there another operation in the document? */
  readonly hasOther: boolean;
  readonly conditions: readonly ConditionVariable[];
  readonly selections: readonly Selection[];
}

export interface ConditionVariable {
  readonly defaultValue: boolean | null;
  /** Null when the client does not send it. */
  readonly given: boolean | null;
}

const aliases = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'a',
  'b',
  'x',
  '_entities',
];
const conditionsCount = 2;
const depthMax = 6;

const alias = fc.option(fc.constantFrom(...aliases), { freq: 1 });
const condition = fc.record({
  directive: fc.constantFrom('skip' as const, 'include' as const),
  value: fc.oneof(fc.boolean(), fc.nat(conditionsCount - 1)),
});
const seldomCondition = fc.oneof(
  { weight: 11, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: condition },
);

export function madeUpOperations(schema: GraphQLSchema): fc.Arbitrary<Draft> {
  const selections = new SelectionArbitraries(schema);
  const conditionVariable = fc
    .record({ defaultValue: fc.option(fc.boolean()), given: fc.option(fc.boolean()) })
    .map(({ defaultValue, given }) => ({
      defaultValue,
      given: given === null && defaultValue === null ? true : given,
    }));
  const draft = (kind: Draft['kind'], type: GraphQLCompositeType) =>
    fc.record({
      kind: fc.constant(kind),
      isNamed: fc.boolean(),
      hasOther: fc.nat(9).map((number) => number === 9),
      conditions: fc.array(conditionVariable, { minLength: conditionsCount, maxLength: conditionsCount }),
      selections: selections.of(type, depthMax),
    });
  const query = draft('query', schema.getQueryType() as GraphQLCompositeType);
  const mutationType = schema.getMutationType();
  if (!mutationType) return query;
  return fc.oneof({ weight: 6, arbitrary: query }, { weight: 1, arbitrary: draft('mutation', mutationType) });
}

class SelectionArbitraries {
  readonly #schema: GraphQLSchema;
  readonly #known = new Map<string, fc.Arbitrary<readonly Selection[]>>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  of(type: GraphQLCompositeType, depth: number): fc.Arbitrary<readonly Selection[]> {
    const key = `${type.name} ${depth}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const isRoot = depth === depthMax;
    const made = fc.array(this.#selection(type, depth), {
      minLength: 1,
      maxLength: isRoot ? 4 : 3,
      size: 'max',
    });
    this.#known.set(key, made);
    return made;
  }

  #selection(type: GraphQLCompositeType, depth: number): fc.Arbitrary<Selection> {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const possible = fields.filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)));
    const typeName: fc.Arbitrary<Selection> = fc.record({
      kind: fc.constant('field' as const),
      parent: fc.constant(type),
      name: fc.constant('__typename'),
      type: fc.constant('String!'),
      alias,
      args: fc.constant([]),
      condition: seldomCondition,
      selections: fc.constant(null),
    });
    const choices = [{ weight: 2, arbitrary: typeName }];
    if (possible.length > 0)
      choices.push({
        weight: isAbstractType(type) ? 5 : 12,
        arbitrary: fc.oneof(
          ...possible.map((field) => ({
            // Planners rename it where types meet.
            weight: field.name === 'mixed' ? 3 : 1,
            arbitrary: this.#field(type, field, depth),
          })),
        ),
      });
    if (depth > 0)
      choices.push({ weight: isAbstractType(type) ? 8 : 2, arbitrary: this.#fragment(type, depth) });
    if (type === this.#schema.getQueryType()) choices.push({ weight: 1, arbitrary: this.#introspection() });
    return fc.oneof(...choices);
  }

  #field(
    parent: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    depth: number,
  ): fc.Arbitrary<Selection> {
    const named = getNamedType(field.type);
    const args = fc
      .tuple(...field.args.map((one) => madeUpArgument(one).map((value) => [one.name, value] as const)))
      .map((all) => all.filter((one): one is readonly [string, Value] => one[1] !== null));
    return fc.record({
      kind: fc.constant('field' as const),
      parent: fc.constant(parent),
      name: fc.constant(field.name),
      type: fc.constant(String(field.type)),
      alias,
      args,
      condition: seldomCondition,
      selections: isCompositeType(named) ? this.of(named, depth - 1) : fc.constant(null),
    });
  }

  #fragment(parent: GraphQLCompositeType, depth: number): fc.Arbitrary<Selection> {
    const overlapping = this.#overlapping(parent);
    const on = (target: GraphQLCompositeType | null): fc.Arbitrary<Selection> =>
      fc.record({
        kind: fc.constant('fragment' as const),
        on: fc.constant(target?.name ?? null),
        parent: fc.constant(parent),
        isNamed: target === null ? fc.constant(false) : fc.boolean(),
        condition: seldomCondition,
        selections: this.of(target ?? parent, depth - 1),
      });
    return fc.oneof(on(null), ...overlapping.map(on));
  }

  #overlapping(type: GraphQLCompositeType): GraphQLCompositeType[] {
    const schema = this.#schema;
    const possible = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const abstract = Object.values(schema.getTypeMap()).filter(
      (one) =>
        (isInterfaceType(one) || isUnionType(one)) && possible.some((each) => schema.isSubType(one, each)),
    ) as GraphQLCompositeType[];
    return [...possible, ...abstract];
  }

  #introspection(): fc.Arbitrary<Selection> {
    return fc.record({
      kind: fc.constant('introspection' as const),
      alias,
      text: fc.constantFrom(
        '__schema { queryType { name __typename } }',
        '__type(name: "Color") { kind name enumValues { name } }',
        '__type(name: "Nothing") { name }',
        '__schema { __typename directives { name } }',
      ),
    });
  }
}
