/**
 * HISTORY and SEND: what each subgraph can be asked, read from the join directives of the supergraph. Called by plan-check.ts and required-fields.ts in the planner's process, once
 * per supergraph; pure. Where the directives leave room, a subgraph is taken to know more rather than less.
 */
import type {
  ConstDirectiveNode,
  DefinitionNode,
  DirectiveNode,
  DocumentNode,
  FieldDefinitionNode,
  GraphQLSchema,
  InterfaceTypeDefinitionNode,
  NamedTypeNode,
  ObjectTypeDefinitionNode,
  SelectionSetNode,
  TypeDefinitionNode,
} from 'graphql';
import {
  buildASTSchema,
  isTypeDefinitionNode,
  Kind,
  parse,
  parseType,
  valueFromASTUntyped,
  visit,
} from 'graphql';

export interface SubgraphSchema {
  /** With `_entities`. Without external fields that are neither provided nor part of a key. */
  readonly schema: GraphQLSchema;
  /** The keys the subgraph resolves, by type. */
  readonly keys: ReadonlyMap<string, readonly SelectionSetNode[]>;
}

type Arguments = Readonly<Record<string, unknown>>;
type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** By the names planners have for subgraphs. */
export function readSubgraphSchemas(supergraph: DocumentNode): ReadonlyMap<string, SubgraphSchema> {
  const types = supergraph.definitions.filter(isTypeDefinitionNode);
  const graphs = types.find(({ name }) => name.value === 'join__Graph');
  const values = graphs?.kind === Kind.ENUM_TYPE_DEFINITION ? (graphs.values ?? []) : [];
  const own = types.filter(({ name }) => !/^(?:join|link|core)__/.test(name.value));
  return new Map(
    values.map((value) => {
      const [graph] = readDirectives(value.directives, 'join__graph');
      return [String(graph?.name), readSubgraph(own, value.name.value)] as const;
    }),
  );
}

function readSubgraph(types: readonly TypeDefinitionNode[], graph: string): SubgraphSchema {
  const keys = readKeys(types, graph);
  const fetchable = findFetchable(types, graph);
  const known = types.flatMap((type) => pickType(type, graph, fetchable));
  const definitions = addEntities(known, keys);
  return { schema: buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true }), keys };
}

function readKeys(types: readonly TypeDefinitionNode[], graph: string) {
  const keys = new Map<string, SelectionSetNode[]>();
  for (const { name, directives } of types) {
    for (const { key, resolvable } of readJoins(directives, 'join__type', graph)) {
      if (key === undefined || resolvable === false) continue;
      const [definition] = parse(`{ ${key} }`, { noLocation: true }).definitions;
      if (definition?.kind !== Kind.OPERATION_DEFINITION) continue;
      keys.set(name.value, [...(keys.get(name.value) ?? []), definition.selectionSet]);
    }
  }
  return keys;
}

/** Names of fields that the subgraph may answer although it declares them external: provided ones and those of keys. */
function findFetchable(types: readonly TypeDefinitionNode[], graph: string): ReadonlySet<string> {
  const names = new Set<string>();
  const definitions = types as readonly DefinitionNode[];
  visit({ kind: Kind.DOCUMENT, definitions } satisfies DocumentNode, {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE) return;
      const { graph: where, key, provides } = readArguments(node);
      if (where !== graph) return;
      for (const [name] of `${key ?? ''} ${provides ?? ''}`.matchAll(/\w+/g)) names.add(name);
    },
  });
  return names;
}

/** The type as the subgraph has it; none when it does not. */
function pickType(
  type: TypeDefinitionNode,
  graph: string,
  fetchable: ReadonlySet<string>,
): TypeDefinitionNode[] {
  const joins = readJoins(type.directives, 'join__type', graph);
  if (joins.length === 0 && readDirectives(type.directives, 'join__type').length > 0) return [];
  if (type.kind === Kind.UNION_TYPE_DEFINITION) {
    const members = readJoins(type.directives, 'join__unionMember', graph);
    return [{ ...type, types: members.map(({ member }) => toNamedType(String(member))) }];
  }
  if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION)
    return [type];
  const isInterfaceObject = joins.some((join) => join.isInterfaceObject === true);
  const interfaces = readJoins(type.directives, 'join__implements', graph);
  const picked: Composite = {
    ...type,
    interfaces: isInterfaceObject ? [] : interfaces.map((one) => toNamedType(String(one.interface))),
    fields: (type.fields ?? []).flatMap((field) => pickField(field, graph, fetchable)),
  };
  return [isInterfaceObject ? { ...picked, kind: Kind.OBJECT_TYPE_DEFINITION } : picked];
}

function pickField(
  field: FieldDefinitionNode,
  graph: string,
  fetchable: ReadonlySet<string>,
): FieldDefinitionNode[] {
  const everywhere = readDirectives(field.directives, 'join__field').length === 0;
  if (everywhere) return [field];
  const [join] = readJoins(field.directives, 'join__field', graph);
  if (join === undefined || (join.external === true && !fetchable.has(field.name.value))) return [];
  return [join.type === undefined ? field : { ...field, type: parseType(String(join.type)) }];
}

/** With the field that all representations are sent to. */
function addEntities(
  types: readonly TypeDefinitionNode[],
  keys: ReadonlyMap<string, unknown>,
): DefinitionNode[] {
  const entities = types.filter(
    ({ kind, name }) => kind === Kind.OBJECT_TYPE_DEFINITION && keys.has(name.value),
  );
  if (entities.length === 0) return [...types];
  const names = entities.map(({ name }) => name.value);
  const added = parse(
    `scalar _Any union _Entity = ${names.join(' | ')}
    type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
    { noLocation: true },
  ).definitions.filter(isTypeDefinitionNode);
  return [...types, ...added].reduce<TypeDefinitionNode[]>(joinQueries, []);
}

function joinQueries(types: TypeDefinitionNode[], type: TypeDefinitionNode): TypeDefinitionNode[] {
  const at = types.findIndex(({ name }) => name.value === type.name.value);
  const known = types[at];
  if (known?.kind !== Kind.OBJECT_TYPE_DEFINITION || type.kind !== Kind.OBJECT_TYPE_DEFINITION)
    return [...types, type];
  return types.with(at, { ...known, fields: [...(known.fields ?? []), ...(type.fields ?? [])] });
}

function readJoins(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
  graph: string,
): Arguments[] {
  return readDirectives(directives, name).filter((join) => join.graph === graph);
}

/** The arguments of each application of `@name`. */
export function readDirectives(
  directives: readonly ConstDirectiveNode[] | undefined,
  name: string,
): Arguments[] {
  return (directives ?? []).filter((one) => one.name.value === name).map(readArguments);
}

function readArguments({ arguments: given = [] }: DirectiveNode): Arguments {
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}

function toNamedType(value: string): NamedTypeNode {
  return { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value } };
}
