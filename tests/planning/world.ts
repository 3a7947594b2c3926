/**
 * A world of objects that every subgraph and the schema as a whole agree on, made up by hashing: so that a plan can be run against subgraphs, and its answer
 * compared with what one server for everything would say. An object is its id, `Type:number`, which every field of type ID! has; a field with
 * `@requires` depends on the values it requires.
 */
import { createHash } from 'node:crypto';
import type { GraphQLOutputType, GraphQLSchema, SelectionSetNode } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

export interface WorldObject {
  readonly __typename: string;
  readonly id: string;
}

const objectsPerType = 3;

/** A number from what it is given, the same for the same. */
export function hash(...parts: readonly unknown[]): number {
  return createHash('md5').update(JSON.stringify(parts)).digest().readUInt32BE(0);
}

export function toObject(id: string): WorldObject {
  return { __typename: id.slice(0, id.indexOf(':')), id };
}

/** Who knows what a field is worth. */
export interface World {
  /** `required`: values of what the field requires, null when it requires nothing. */
  read(object: WorldObject, field: Field, required: unknown): unknown;
  /** Values of a field set of an object, as a representation has them. */
  project(object: WorldObject, fields: SelectionSetNode): Record<string, unknown>;
}

export interface Field {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** `neverNull`: fields, `Type.field`, that some subgraph calls non-null. */
export function createWorld(schema: GraphQLSchema, neverNull: ReadonlySet<string>): World {
  function read(object: WorldObject, { name, args }: Field, required: unknown): unknown {
    if (name === '__typename') return object.__typename;

    const type = schema.getType(object.__typename);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (field === undefined) throw new Error(`${object.__typename} has no ${name}`);
    if (String(field.type) === 'ID!') return object.id;
    const seed = hash(object.id, name, toSorted(args), required);
    const isNullable = !isNonNullType(field.type) && !neverNull.has(`${object.__typename}.${name}`);
    return isNullable && seed % 7 === 0 ? null : make(getNullableType(field.type), seed);
  }

  function make(type: GraphQLOutputType, seed: number): unknown {
    if (isListType(type))
      return Array.from({ length: hash(seed) % 3 }, (_item, index) =>
        make(getNullableType(type.ofType), hash(seed, index)),
      );
    const named = getNamedType(type);
    if (isEnumType(named)) return named.getValues()[seed % named.getValues().length]?.name;
    if (isLeafType(named)) return named.name === 'Boolean' ? seed % 2 === 0 : toLeaf(named.name, seed);
    const types = isAbstractType(named)
      ? schema.getPossibleTypes(named).map(({ name }) => name)
      : [named.name];
    return toObject(`${types.sort()[seed % types.length]}:${hash(seed) % objectsPerType}`);
  }

  function project(object: WorldObject, { selections }: SelectionSetNode): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value ?? object.__typename;
        if (isOfType(schema, object.__typename, condition))
          Object.assign(values, project(object, selection.selectionSet));
      }
      if (selection.kind !== Kind.FIELD) continue;
      const args = Object.fromEntries(
        (selection.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
      );
      const value = read(object, { name: selection.name.value, args }, null);
      values[selection.name.value] = projectEach(value, selection.selectionSet);
    }
    return values;
  }

  function projectEach(value: unknown, fields: SelectionSetNode | undefined): unknown {
    if (fields === undefined || value === null) return value;
    return Array.isArray(value)
      ? value.map((item) => projectEach(item, fields))
      : project(value as WorldObject, fields);
  }

  return { read, project };
}

/** Itself, or a type of the abstract type it names. */
export function isOfType(schema: GraphQLSchema, typeName: string, condition: string): boolean {
  if (typeName === condition) return true;
  const [type, abstract] = [schema.getType(typeName), schema.getType(condition)];
  return isAbstractType(abstract) && isObjectType(type) && schema.isSubType(abstract, type);
}

function toLeaf(typeName: string, seed: number): unknown {
  if (typeName === 'Int') return seed % 1_000;
  return typeName === 'Float' ? seed / 2 : `${typeName.toLowerCase()}-${seed}`;
}

/** Null and absent arguments are the same to the world. */
function toSorted(args: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(args)
    .filter(([, value]) => value !== null && value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
