/**
 * Who else may see an answer, and for how long, by the `@cacheControl` of the SDL: the strictest of the fields that an operation may read, as Apollo
 * Server counts it, but found once for each operation. Called by operations.ts.
 */
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';

/** The Cache-Control header of an answer without errors, by the variables as the request has them. */
export type CacheControlOf = (variables: Readonly<Record<string, unknown>>) => string;

export const notCacheable = 'no-store';

interface Hint {
  readonly maxAge?: number | undefined;
  readonly scope?: string | undefined;
  readonly inheritMaxAge?: boolean | undefined;
}

/** The strictest hint so far. */
class Policy implements Hint {
  maxAge: number | undefined = undefined;
  scope: string | undefined = undefined;

  restrict({ maxAge, scope }: Hint): void {
    if (maxAge !== undefined) this.maxAge = Math.min(maxAge, this.maxAge ?? maxAge);
    if (this.scope !== 'PRIVATE') this.scope = scope ?? this.scope;
  }

  toHeader(): string {
    const { maxAge = 0, scope = 'PUBLIC' } = this;
    return maxAge > 0 ? `max-age=${maxAge}, ${scope.toLowerCase()}` : notCacheable;
  }
}

/** What is skipped by a variable counts as read. */
export function readCacheControl(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CacheControlOf {
  const walk = new Walk(schema, document);
  const policy = new Policy();
  const root = schema.getRootType(operation.operation);
  if (isObjectType(root)) walk.addRoot(policy, root, operation.selectionSet);
  const { references } = walk;
  if (references.length === 0) {
    const header = policy.toHeader();
    return () => header;
  }
  const ofReferences = references.map((node) => createReferencePolicy(schema, document, node));
  return (variables) => {
    const whole = new Policy();
    whole.restrict(policy);
    for (const toPolicy of ofReferences) whole.restrict(toPolicy(variables));
    return whole.toHeader();
  };
}

/** Of one `_entities`: which types are read is known with its representations. */
function createReferencePolicy(
  schema: GraphQLSchema,
  document: DocumentNode,
  { arguments: given = [], selectionSet }: FieldNode,
): (variables: Readonly<Record<string, unknown>>) => Hint {
  const none: Hint = { maxAge: 0 };
  const [representations] = given;
  if (representations?.value.kind !== Kind.VARIABLE || selectionSet === undefined) return () => none;
  const { value: variable } = representations.value.name;
  const known = new Map<unknown, Hint>();
  const toTypePolicy = (name: unknown): Hint => {
    const type = typeof name === 'string' ? schema.getType(name) : undefined;
    if (type === undefined) return none;
    const policy = new Policy();
    policy.restrict(readHint(type));
    new Walk(schema, document).addSelections(policy, toObjectTypes(schema, type), selectionSet);
    known.set(name, policy);
    return policy;
  };
  return (variables) => {
    const listed = variables[variable];
    const policy = new Policy();
    for (const item of Array.isArray(listed) ? (listed as ({ __typename?: unknown } | null)[]) : [])
      policy.restrict(known.get(item?.__typename) ?? toTypePolicy(item?.__typename));
    return policy.maxAge === undefined ? none : policy;
  };
}

/** Goes once through each selection set for each of the types it is read from. */
class Walk {
  /** Of the root, `_entities`. */
  readonly references: FieldNode[] = [];
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #seen = new Map<SelectionSetNode, Set<string>>();
  #root: GraphQLObjectType | null = null;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#fragments = new Map(
      document.definitions.flatMap((definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
      ),
    );
  }

  addRoot(policy: Policy, root: GraphQLObjectType, selections: SelectionSetNode): void {
    this.#root = root;
    this.addSelections(policy, [root], selections);
  }

  addSelections(policy: Policy, types: readonly GraphQLObjectType[], set: SelectionSetNode): void {
    const seen = this.#seen.get(set) ?? new Set();
    this.#seen.set(set, seen);
    const key = types.map(({ name }) => name).join();
    if (types.length === 0 || seen.has(key)) return;
    seen.add(key);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        for (const type of types) this.#addField(policy, type, selection);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const condition = fragment.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
      const allowed = condition === undefined ? types : toObjectTypes(this.#schema, condition);
      this.addSelections(
        policy,
        types.filter((type) => allowed.includes(type)),
        fragment.selectionSet,
      );
    }
  }

  #addField(policy: Policy, parent: GraphQLObjectType, node: FieldNode): void {
    const field = parent.getFields()[node.name.value];
    if (field === undefined) return;
    const isRoot = parent === this.#root;
    if (isRoot && field.name === '_entities') {
      this.references.push(node);
      return;
    }
    policy.restrict(toFieldHint(field, isRoot));
    if (node.selectionSet !== undefined)
      this.addSelections(policy, toObjectTypes(this.#schema, getNamedType(field.type)), node.selectionSet);
  }
}

function toFieldHint(field: GraphQLField<unknown, unknown>, isRoot: boolean): Hint {
  const type = getNamedType(field.type);
  const isComposite = isCompositeType(type);
  const ofType = isComposite ? readHint(type) : {};
  const ofField = readHint(field);
  const maxAge = ofField.maxAge ?? ofType.maxAge;
  const inherits = ofType.inheritMaxAge === true || ofField.inheritMaxAge === true;
  const isSilent = maxAge === undefined && ((isComposite && !inherits) || isRoot);
  return { maxAge: isSilent ? 0 : maxAge, scope: ofField.scope ?? ofType.scope };
}

/** `@cacheControl(maxAge:, scope:, inheritMaxAge:)` where it stands, on the type or on an extension of it. */
function readHint({ astNode, ...rest }: GraphQLNamedType | GraphQLField<unknown, unknown>): Hint {
  const extensions = 'extensionASTNodes' in rest ? rest.extensionASTNodes : [];
  const directive = [astNode, ...extensions]
    .flatMap((node) => node?.directives ?? [])
    .find(({ name }) => name.value === 'cacheControl');
  return Object.fromEntries(
    directive?.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]) ?? [],
  );
}

function toObjectTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}
