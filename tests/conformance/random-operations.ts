/** Operations that fast-check makes for any schema: valid ones, with fragments, conditions, aliases, arguments as literals and as variables, right and wrong values. */
import type { GeneratorValue } from 'fast-check';
import fc from 'fast-check';
import type { GraphQLArgument, GraphQLCompositeType, GraphQLInputType, GraphQLSchema } from 'graphql';
import {
  astFromValue,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isUnionType,
  print,
} from 'graphql';

export interface RandomOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const fieldsMax = 4;
const depthMax = 4;

class Writer {
  readonly variables: Record<string, unknown> = {};
  readonly definitions: string[] = [];
  readonly fragments: string[] = [];
  #names = 0;
  readonly #schema: GraphQLSchema;
  readonly #choose: GeneratorValue;

  constructor(schema: GraphQLSchema, choose: GeneratorValue) {
    this.#schema = schema;
    this.#choose = choose;
  }

  /** A selection set of the type; of its key only when it gets too deep. */
  selections(type: GraphQLCompositeType, depth = 0): string {
    const fields = isUnionType(type)
      ? []
      : Object.values(type.getFields()).filter(
          (field) => depth < depthMax || !isCompositeType(getNamedType(field.type)),
        );
    const parts = ['__typename'];
    for (let count = fields.length === 0 ? 0 : 1 + this.#below(fieldsMax); count > 0; count -= 1) {
      const field = fields[this.#below(fields.length)];
      if (field === undefined) continue;
      const inner = getNamedType(field.type);
      const alias = field.args.length > 0 || this.#oneIn(4) ? `${this.#name('a')}: ` : '';
      const below = isCompositeType(inner) ? ` ${this.selections(inner, depth + 1)}` : '';
      parts.push(`${alias}${field.name}${this.#arguments(field.args)}${this.#condition()}${below}`);
    }
    if (depth <= depthMax && (isUnionType(type) || this.#oneIn(3)))
      parts.push(this.#fragment(type, depth + 1));
    return `{ ${parts.join(' ')} }`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const possible =
      'getFields' in type && !('resolveType' in type) ? [type] : this.#schema.getPossibleTypes(type as never);
    const condition = possible[this.#below(possible.length)] ?? type;
    const selections = this.selections(condition, depth);
    if (this.#oneIn(2)) return `... on ${condition.name}${this.#condition()} ${selections}`;
    const name = this.#name('F');
    this.fragments.push(`fragment ${name} on ${condition.name} ${selections}`);
    return `...${name}${this.#condition()}`;
  }

  #condition(): string {
    if (!this.#oneIn(5)) return '';
    const isGiven = this.#oneIn(2);
    const value = this.#oneIn(2);
    return ` @${this.#oneIn(2) ? 'skip' : 'include'}(if: ${isGiven ? this.#variable('Boolean!', value) : value})`;
  }

  #arguments(given: readonly GraphQLArgument[]): string {
    const written = given.flatMap(({ name, type, defaultValue }) => {
      const isNeeded = isNonNullType(type) && defaultValue === undefined;
      if (!isNeeded && this.#oneIn(2)) return [];
      const value = this.#value(type, 0);
      const literal = this.#oneIn(2) ? toLiteral(value, type) : null;
      return [`${name}: ${literal ?? this.#variable(String(type), this.#oneIn(60) ? this.#wrong() : value)}`];
    });
    return written.length === 0 ? '' : `(${written.join(', ')})`;
  }

  #variable(type: string, value: unknown): string {
    const name = this.#name('v');
    this.definitions.push(`$${name}: ${type}`);
    if (!this.#oneIn(80)) this.variables[name] = value;
    return `$${name}`;
  }

  #value(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.#present(type.ofType, depth);
    return this.#oneIn(5) ? null : this.#present(type, depth);
  }

  #present(type: GraphQLInputType, depth: number): unknown {
    if (isListType(type))
      return Array.from({ length: this.#below(3) }, () => this.#value(type.ofType, depth + 1));
    if (isEnumType(type)) return type.getValues()[this.#below(type.getValues().length)]?.name;
    if (isInputObjectType(type))
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) || (depth < 3 && this.#oneIn(2)))
          .map((field) => [field.name, this.#value(field.type, depth + 1)]),
      );
    switch (String(type)) {
      case 'Int':
        return this.#below(100) - 50;
      case 'Float':
        return (this.#below(100) - 50) / 4;
      case 'Boolean':
        return this.#oneIn(2);
      case '_Any':
        return { __typename: this.#entityType(), id: `e${this.#below(5)}` };
      default:
        return this.#oneIn(2) ? '2026-01-02T03:04:05.678Z' : this.#choose(fc.string, { maxLength: 5 });
    }
  }

  #entityType(): string {
    const entity = this.#schema.getType('_Entity');
    const types = isUnionType(entity) ? entity.getTypes() : [];
    return this.#oneIn(10) ? 'Nothing' : (types[this.#below(types.length)]?.name ?? 'Nothing');
  }

  #wrong(): unknown {
    return this.#choose(fc.constantFrom, null, 7.5, 'x', true, {}, [[]], 2 ** 40);
  }

  #name(letter: string): string {
    this.#names += 1;
    return `${letter}${this.#names}`;
  }

  #below(count: number): number {
    return this.#choose(fc.nat, { max: Math.max(count - 1, 0) });
  }

  #oneIn(count: number): boolean {
    return this.#below(count) === 0;
  }
}

/** Null for what has no literal, like an odd scalar's value. */
function toLiteral(value: unknown, type: GraphQLInputType): string | null {
  try {
    const node = astFromValue(value, type);
    return node === null || node === undefined ? null : print(node);
  } catch {
    return null;
  }
}

export function writeOperation(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation',
  choose: GeneratorValue,
): RandomOperation {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (root === undefined || root === null) throw new Error(`no ${kind} in the schema`);
  const writer = new Writer(schema, choose);
  const selections = writer.selections(root);
  const { definitions, fragments, variables } = writer;
  const head = definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  return { text: [`${kind} Random${head} ${selections}`, ...fragments].join('\n'), variables };
}
