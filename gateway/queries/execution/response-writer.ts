/**
 * HISTORY and SEND: what was fetched -> the text of what the client asked for: its fields in its order, nothing that was fetched for the plan only, values of
 * the right types, nulls where the schema allows them. Compiled once per operation and values of its conditions by prepared-operation.ts. Follows GraphQL
 * (October 2021), 6.4.4, for what is null and must not be.
 */
import type {
  FieldNode,
  GraphQLCompositeType,
  GraphQLOutputType,
  GraphQLSchema,
  SelectionSetNode,
} from 'graphql';
import {
  GraphQLError,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { isObject } from '#platform/is-object.ts';
import { toClientName } from '../planning/client-keys.ts';
import { answerTooLarge } from './answer-size.ts';
import type { CollectOptions } from './collected-fields.ts';
import { collectFields } from './collected-fields.ts';
import type { JsonObject, Read } from './json-objects.ts';
import { createRead } from './json-objects.ts';
import { createLeafText } from './leaf-text.ts';
import type { Place } from './paths.ts';
import { readTypeName } from './type-names.ts';

/** A value that must not be as it is. */
export interface Violation {
  readonly message: string;
  /** From the innermost step outwards. */
  readonly reversedPath: (string | number)[];
}

/** One answer that is being written. */
export interface Writing {
  readonly violations: Violation[];
  /** JSON text of the root field `__schema` or `__type`. */
  readonly introspect: (field: FieldNode) => string;
}

/** Null: the value is null, or the violations say why it has to be. */
export type Write = (value: unknown, writing: Writing) => string | null;

/** `schema`: what clients see. `deferred`: each is written for itself. */
export interface SelectionOptions extends CollectOptions {
  /** Throws ANSWER_TOO_LARGE where more would be written. */
  readonly answerBytesMax: number;
  /** Fields of the operation that are null whatever has been fetched. */
  readonly denied: ReadonlySet<FieldNode>;
}

interface Field {
  readonly clientKey: string;
  /** What comes before the value, with a comma where it is not the first. */
  readonly head: string;
  readonly read: Read;
  readonly write: Write;
  readonly isNonNull: boolean;
  /** For people. */
  readonly coordinate: string;
}

/** From the data of an operation to the text of its root object. */
export function compileResponse(
  rootType: GraphQLCompositeType,
  selectionSet: SelectionSetNode,
  options: SelectionOptions,
): Write {
  return new Selection(options).compileObject(rootType, [selectionSet]);
}

class Selection {
  readonly #options: SelectionOptions;

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  /** For values of a composite type; what they are exactly is seen by their __typename. */
  compileObject(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): Write {
    const { schema } = this.#options;
    const shapes = new Map<string, readonly Field[] | null>();
    const shapeOf = (typeName: string): readonly Field[] | null => {
      const known = shapes.get(typeName);
      if (known !== undefined) return known;
      const actual = findActualType(schema, type, typeName);
      const fields = actual === null ? null : this.#compileFields(actual, selectionSets);
      // Of the names that do not exist none is remembered: a subgraph could send any number of them.
      if (fields !== null) shapes.set(typeName, fields);
      return fields;
    };
    return (value, writing) => {
      if (!isObject(value)) return violate(writing, `Invalid value for an object of ${type.name}.`);
      const fields = shapeOf(readTypeName(value) ?? type.name);
      if (fields === null) return violate(writing, `Invalid __typename found for an object of ${type.name}.`);
      return this.#writeObject(fields, value, writing);
    };
  }

  #compileFields(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): readonly Field[] {
    const collected = collectFields(type, selectionSets, this.#options);
    return [...collected].map(([responseKey, nodes], index) => {
      const clientKey = toClientName(responseKey);
      const head = `${index === 0 ? '{' : ','}${JSON.stringify(clientKey)}:`;
      return { clientKey, head, ...this.#compileField(type, responseKey, nodes) };
    });
  }

  #compileField(
    type: GraphQLCompositeType,
    responseKey: string,
    nodes: readonly FieldNode[],
  ): Omit<Field, 'clientKey' | 'head'> {
    const open = nodes.filter((one) => !this.#options.denied.has(one));
    const [node = nodes[0]] = open;
    if (node === undefined) throw new Error(`${responseKey} stands nowhere in the operation`);
    const name = node.name.value;
    const coordinate = `${type.name}.${name}`;
    const read = createRead(responseKey);
    if (name === '__typename')
      return {
        coordinate,
        read: (object) => object,
        write: this.#compileTypeName(type, responseKey),
        isNonNull: true,
      };
    if (name === '__schema' || name === '__type')
      return { coordinate, read, write: (_value, { introspect }) => introspect(node), isNonNull: false };
    const definition = isUnionType(type) ? undefined : type.getFields()[name];
    if (definition === undefined) throw new Error(`${coordinate} is not in the schema`);
    const isNonNull = isNonNullType(definition.type);
    if (open.length === 0) return { coordinate, read, write: () => null, isNonNull };
    return { coordinate, read, write: this.#compileValue(definition.type, open), isNonNull };
  }

  /** A subgraph that knows the type under its own name only, as of a root type, is put right. */
  #compileTypeName(type: GraphQLCompositeType, responseKey: string): Write {
    const { schema } = this.#options;
    const read = createRead(responseKey);
    const own = isObjectType(type) ? JSON.stringify(type.name) : null;
    return (object) => {
      const named = read(object as JsonObject) ?? readTypeName(object as JsonObject);
      if (named === undefined || named === null) return own;
      const actual = typeof named === 'string' ? schema.getType(named) : undefined;
      return isObjectType(actual) ? JSON.stringify(actual.name) : own;
    };
  }

  #compileValue(outputType: GraphQLOutputType, nodes: readonly FieldNode[]): Write {
    const type = getNullableType(outputType);
    if (isListType(type)) {
      const write = this.#compileValue(type.ofType, nodes);
      const list = { write, isNonNull: isNonNullType(type.ofType), name: String(type) };
      return compileList({ ...list, charsMax: this.#options.answerBytesMax });
    }
    if (isCompositeType(type)) {
      const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const write = this.compileObject(type, selectionSets);
      return (value, writing) => (value === null || value === undefined ? null : write(value, writing));
    }
    const writeLeaf = createLeafText(type);
    return (value, writing) => {
      if (value === null || value === undefined) return null;
      return writeLeaf(value) ?? violate(writing, `Invalid value found for a leaf of ${type.name}.`);
    };
  }

  #writeObject(fields: readonly Field[], object: JsonObject, writing: Writing): string | null {
    const { answerBytesMax } = this.#options;
    const { violations } = writing;
    let text = '';
    for (const field of fields) {
      const before = violations.length;
      const value = field.write(field.read(object), writing);
      if (value === null && field.isNonNull && violations.length === before)
        violate(writing, `Cannot return null for the non-nullable field ${field.coordinate}.`);
      for (let index = before; index < violations.length; index += 1)
        violations[index]?.reversedPath.push(field.clientKey);
      if (value === null && field.isNonNull) return null;
      text += field.head + (value ?? 'null');
      if (text.length > answerBytesMax) throw answerTooLarge(answerBytesMax);
    }
    return text === '' ? '{}' : `${text}}`;
  }
}

/** What an object is that stands where the schema has `type` and says that it is `typeName`; null when it can't be. */
function findActualType(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  typeName: string,
): GraphQLCompositeType | null {
  const named = schema.getType(typeName);
  if (named === type) return type;
  // A subgraph may have a name of its own for a root type.
  if (named === undefined && isRootType(schema, type)) return type;
  if (!isCompositeType(named)) return null;
  // An interface object is called by the name of the interface where one of its implementations is expected.
  if (isObjectType(type)) return isAbstractType(named) && schema.isSubType(named, type) ? type : null;
  return !isUnionType(named) && schema.isSubType(type, named) ? named : null;
}

function isRootType(schema: GraphQLSchema, type: GraphQLCompositeType): boolean {
  return type === schema.getQueryType() || type === schema.getMutationType();
}

/** Characters count for bytes; looked at with every item, so that nothing becomes much longer. */
function compileList(item: { write: Write; isNonNull: boolean; name: string; charsMax: number }): Write {
  const { write, isNonNull, name, charsMax } = item;
  return (value, writing) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return violate(writing, `Invalid value for a list of type ${name}.`);
    const { violations } = writing;
    let text = '';
    let isNull = false;
    for (let index = 0; index < value.length; index += 1) {
      const before = violations.length;
      const itemText = write(value[index], writing);
      if (itemText === null && isNonNull) {
        if (violations.length === before) violate(writing, `Cannot return null for an item of ${name}.`);
        isNull = true;
      }
      for (let at = before; at < violations.length; at += 1) violations[at]?.reversedPath.push(index);
      text += (index === 0 ? '[' : ',') + (itemText ?? 'null');
      if (text.length > charsMax) throw answerTooLarge(charsMax);
    }
    if (isNull) return null;
    return text === '' ? '[]' : `${text}]`;
  };
}

function violate(writing: Writing, message: string): null {
  writing.violations.push({ message, reversedPath: [] });
  return null;
}

/** `place`: of what was written. */
export function toViolationError({ message, reversedPath }: Violation, place: Place): GraphQLError {
  return new GraphQLError(message, {
    path: [...place, ...reversedPath.toReversed()],
    extensions: { code: 'INVALID_GRAPHQL' },
  });
}
