/**
 * HISTORY, SEND and LIVE: which fields of an operation have conditions. The operation is written out without named fragments, because one of them can be seen
 * by a viewer in one place and not in another. Called by access-rules.ts once per operation.
 */
import type {
  DocumentNode,
  FieldNode,
  GraphQLCompositeType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import {
  GraphQLError,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { AccessCondition, AccessConditions } from './access-conditions.ts';

/** A field that not everybody gets. */
export interface GuardedField {
  readonly conditions: readonly AccessCondition[];
  /** Response keys, without the places in lists. */
  readonly path: readonly string[];
  /** `Type.field`, as it was asked for. */
  readonly coordinate: string;
  readonly includedIf: Inclusion;
}

/** By @skip and @include around it: these variables have these values. Null: never. */
export type Inclusion = ReadonlyMap<string, boolean> | null;

export interface GuardedOperation {
  /** Without spreads. */
  readonly operation: OperationDefinitionNode;
  /** Of its nodes. */
  readonly guarded: ReadonlyMap<FieldNode, GuardedField>;
}

/** Where a selection stands. */
interface Place {
  readonly type: GraphQLCompositeType;
  /** What objects can be there, fragments around it considered. */
  readonly possible: readonly string[];
  readonly path: readonly string[];
  readonly includedIf: Inclusion;
  /** Fragments that this selection set has already. */
  readonly spread: Set<string>;
}

/** Written out, an operation can be much longer than its text. */
const selectionsMax = 20_000;

/** The operation must be valid, and in the document. Throws GRAPHQL_VALIDATION_FAILED when it is too long without fragments. */
export function analyseOperation(
  schema: GraphQLSchema,
  { document, operationName }: { document: DocumentNode; operationName: string | undefined },
  conditions: AccessConditions,
): GuardedOperation {
  const operation = getOperationAST(document, operationName);
  const rootType = operation && schema.getRootType(operation.operation);
  if (!operation || !rootType) throw new Error('the operation is not in the document, or not in the schema');
  const analysis = new Analysis({ schema, document, conditions });
  const place = { type: rootType, possible: [rootType.name], path: [], includedIf: new Map() };
  const selectionSet = analysis.writeOut(operation.selectionSet, { ...place, spread: new Set() });
  return { operation: { ...operation, selectionSet }, guarded: analysis.guarded };
}

interface AnalysisOptions {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly conditions: AccessConditions;
}

class Analysis {
  readonly guarded = new Map<FieldNode, GuardedField>();
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #conditions: AccessConditions;
  #selections = 0;

  constructor({ schema, document, conditions }: AnalysisOptions) {
    this.#schema = schema;
    this.#document = document;
    this.#conditions = conditions;
  }

  writeOut(selectionSet: SelectionSetNode, place: Place): SelectionSetNode {
    const selections = selectionSet.selections.flatMap((selection) => this.#writeSelection(selection, place));
    return { kind: Kind.SELECTION_SET, selections };
  }

  #writeSelection(selection: SelectionNode, place: Place): SelectionNode[] {
    this.#selections += 1;
    if (this.#selections > selectionsMax) throw tooLong();
    const inside = { ...place, includedIf: narrow(place.includedIf, selection) };
    if (selection.kind === Kind.FIELD) return [this.#writeField(selection, inside)];
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.#writeFragment(selection, selection, inside);
    const name = selection.name.value;
    const fragment = this.#document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error(`there is no fragment ${name}`);
    const key = JSON.stringify([name, place.possible, inside.includedIf && [...inside.includedIf]]);
    // The same fields again, unless its directives say something else than @skip and @include.
    if (place.spread.has(key)) return [];
    if (!selection.directives?.some((directive) => !isCondition(directive.name.value))) place.spread.add(key);
    return this.#writeFragment(fragment, selection, inside);
  }

  #writeFragment(
    fragment: { typeCondition?: { name: { value: string } } | undefined; selectionSet: SelectionSetNode },
    spread: SelectionNode,
    place: Place,
  ): SelectionNode[] {
    const type = this.#schema.getType(fragment.typeCondition?.name.value ?? place.type.name);
    if (!isCompositeType(type)) throw new Error(`there are no fragments on ${type?.name ?? 'nothing'}`);
    const ofType = new Set(this.#possibleTypes(type));
    const possible = place.possible.filter((name) => ofType.has(name));
    // Nothing can be of this type here, though each fragment by itself fits into what is around it.
    if (possible.length === 0) return [];
    const selectionSet = this.writeOut(fragment.selectionSet, { ...place, type, possible });
    if (selectionSet.selections.length === 0) return [];
    const typeCondition = {
      kind: Kind.NAMED_TYPE,
      name: { kind: Kind.NAME, value: type.name },
    } as const;
    const { directives = [] } = spread;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet }];
  }

  #writeField(field: FieldNode, place: Place): FieldNode {
    const name = field.name.value;
    const { type } = place;
    const definition =
      introspectionFields.get(name) ?? (isUnionType(type) ? undefined : type.getFields()[name]);
    // __typename is for everybody.
    if (definition === undefined) return field;
    const fieldType = getNamedType(definition.type);
    const path = [...place.path, field.alias?.value ?? name];
    const selectionSet =
      field.selectionSet && isCompositeType(fieldType)
        ? this.writeOut(field.selectionSet, {
            ...{ type: fieldType, possible: this.#possibleTypes(fieldType), path },
            ...{ includedIf: place.includedIf, spread: new Set<string>() },
          })
        : undefined;
    const written = selectionSet === undefined ? { ...field } : { ...field, selectionSet };
    const owners = [type.name, ...place.possible];
    const conditions = new Set(
      [...owners, ...owners.map((owner) => `${owner}.${name}`), fieldType.name].flatMap((coordinate) => [
        ...(this.#conditions.get(coordinate) ?? []),
      ]),
    );
    if (conditions.size > 0) {
      const { includedIf } = place;
      this.guarded.set(written, {
        conditions: [...conditions],
        path,
        coordinate: `${type.name}.${name}`,
        includedIf,
      });
    }
    return written;
  }

  #possibleTypes(type: GraphQLCompositeType): string[] {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
  }
}

const introspectionFields = new Map(
  [SchemaMetaFieldDef, TypeMetaFieldDef].map((definition) => [definition.name, definition]),
);

function isCondition(directive: string): boolean {
  return directive === 'skip' || directive === 'include';
}

function narrow(includedIf: Inclusion, { directives = [] }: SelectionNode): Inclusion {
  let narrowed = includedIf;
  for (const { name, arguments: [argument] = [] } of directives) {
    if (narrowed === null || argument === undefined || !isCondition(name.value)) continue;
    const wanted = name.value === 'include';
    const { value } = argument;
    if (value.kind === Kind.BOOLEAN && value.value !== wanted) return null;
    if (value.kind !== Kind.VARIABLE) continue;
    const variable = value.name.value;
    if (narrowed.get(variable) === !wanted) return null;
    narrowed = new Map([...narrowed, [variable, wanted]]);
  }
  return narrowed;
}

function tooLong(): GraphQLError {
  const message = `An operation may have ${selectionsMax} selections, fragments spread out.`;
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
