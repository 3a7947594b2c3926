/** Operations of a schema, by chance: arguments, variables, conditions, fragments, and aliases that are chosen to be in the way. Used with fast-check. */
import fc from 'fast-check';
import type { GraphQLArgument, GraphQLInputType, GraphQLNamedType, GraphQLSchema } from 'graphql';
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';

export interface Operation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const aliases =
  'id name x price title dims __typename __proto__ constructor toString _entities _internal_qp_alias_0'.split(
    ' ',
  );
const texts = ['"x"', '"1"', '"é\\n\\"q"', '""', '"$a"'];

/** Not all are valid: fields of one response key may conflict. */
export function operationsOf(
  schema: GraphQLSchema,
  { depthMax }: { depthMax: number },
): fc.Arbitrary<Operation> {
  return fc.gen().map((next) => {
    const below = (bound: number) => next(fc.nat, { max: bound - 1 });
    const kind = schema.getMutationType() !== undefined && below(5) === 0 ? 'mutation' : 'query';
    return write(schema, { kind, depth: 1 + below(depthMax), below });
  });
}

interface Choice {
  readonly kind: 'query' | 'mutation';
  readonly depth: number;
  /** A whole number from 0. */
  readonly below: (bound: number) => number;
}

function write(schema: GraphQLSchema, { kind, depth: depthMax, below }: Choice): Operation {
  const definitions = new Map<string, string>();
  const variables: Record<string, unknown> = {};
  let names = 0;

  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;

  function condition(): string {
    if (below(10) > 2) return '';
    const name = pick(['a', 'b', 'c']);
    definitions.set(name, 'Boolean!');
    variables[name] ??= below(2) === 0;
    return ` @${pick(['skip', 'include'])}(if: $${name})`;
  }

  function argument(given: GraphQLArgument): string[] {
    if (!isRequiredArgument(given) && below(3) > 0) return [];
    const isLeaf = isLeafType(getNullableType(given.type));
    return [`${given.name}: ${isLeaf && below(5) === 0 ? variable(given.type) : literal(given.type, 0)}`];
  }

  function variable(type: GraphQLInputType): string {
    const name = `v${names++}`;
    const isOptional = !isNonNullType(type) && below(3) === 0;
    definitions.set(name, isOptional ? `${type} = ${literal(type, 0)}` : String(type));
    const named = getNamedType(type);
    if (!isOptional) variables[name] = isEnumType(named) ? named.getValues()[0]?.name : exampleOf(named.name);
    return `$${name}`;
  }

  function literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return literal(type.ofType, depth);
    if (isListType(type)) return `[${literal(type.ofType, depth)}]`;
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || (depth < 2 && below(4) === 0),
      );
      return `{${fields.map((field) => `${field.name}: ${literal(field.type, depth + 1)}`).join(', ')}}`;
    }
    if (type.name === 'Int') return String(below(50));
    return type.name === 'Boolean' ? pick(['true', 'false']) : pick(texts);
  }

  /** `keys`: response keys that are taken, by what they stand for. */
  function field(type: GraphQLNamedType, depth: number, keys: Map<string, string>): string[] {
    if (!('getFields' in type) || isInputObjectType(type)) return [];
    const { name, args, type: fieldType } = pick(Object.values(type.getFields()));
    const result = getNamedType(fieldType);
    if (depth <= 0 && !isLeafType(result)) return [];
    const given = args.flatMap(argument).join(', ');
    const meaning = `${name}(${given})`;
    let key = below(5) === 0 ? pick(aliases) : name;
    while ((keys.get(key) ?? meaning) !== meaning) key = `k${names++}`;
    keys.set(key, meaning);
    const call = given === '' ? name : meaning;
    const selection = isLeafType(result) ? '' : ` { ${select(result, depth - 1, new Map())} }`;
    return [`${key === name ? '' : `${key}: `}${call}${condition()}${selection}`];
  }

  function select(type: GraphQLNamedType, depth: number, keys: Map<string, string>): string {
    const selections = isUnionType(type)
      ? []
      : Array.from({ length: 1 + below(depth === depthMax ? 3 : 4) }, () => field(type, depth, keys)).flat();
    if (below(5) === 0) selections.push(typeName(keys));
    if (isAbstractType(type)) {
      for (let fragments = 1 + below(3); fragments > 0; fragments -= 1)
        selections.push(fragment(type, depth, keys));
    } else if (isObjectType(type) && depth > 0 && below(7) === 0) {
      selections.push(`...${condition()} { ${select(type, depth - 1, keys)} }`);
    }
    return (selections.length > 0 ? selections : [typeName(keys)]).join(' ');
  }

  function typeName(keys: Map<string, string>): string {
    const key = (keys.get('__typename') ?? '__typename()') === '__typename()' ? '__typename' : `k${names++}`;
    keys.set(key, '__typename()');
    return key === '__typename' ? key : `${key}: __typename`;
  }

  function fragment(type: GraphQLNamedType, depth: number, keys: Map<string, string>): string {
    const member = isAbstractType(type) ? pick(schema.getPossibleTypes(type)) : type;
    return `... on ${member.name}${condition()} { ${select(member, depth - 1, keys)} }`;
  }

  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  if (root === undefined || root === null) throw new Error(`no ${kind}`);
  const selection = select(root, depthMax, new Map());
  const head = [...definitions].map(([name, type]) => `$${name}: ${type}`).join(', ');
  return { text: `${kind}${head === '' ? '' : `(${head})`} { ${selection} }`, variables };
}

function exampleOf(typeName: string): unknown {
  if (typeName === 'Int') return 7;
  return typeName === 'Boolean' ? true : 'value';
}
