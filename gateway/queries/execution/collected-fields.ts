/**
 * HISTORY and SEND: the fields of an object by response key, in the order of the answer: GraphQL (October 2021), 6.3.2. Called by response-writer.ts for what the
 * client asked for, and by splicing/answer-layout.ts for what a subgraph is asked for.
 */
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { isAbstractType, isUnionType, Kind } from 'graphql';
import type { ConditionValues } from './conditions.ts';
import { isIncluded } from './conditions.ts';

export interface CollectOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly conditions: ConditionValues;
  /** Fragments that are left out. */
  readonly deferred: ReadonlySet<SelectionNode>;
}

export type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** Of an object of `type`; of an abstract type, what is asked of all its objects. */
export function collectFields(
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  options: CollectOptions,
): CollectedFields {
  const collected = new Map<string, FieldNode[]>();
  for (const selectionSet of selectionSets) collect(type, selectionSet, { options, collected });
  return collected;
}

function collect(
  type: GraphQLCompositeType,
  { selections }: SelectionSetNode,
  into: { readonly options: CollectOptions; readonly collected: Map<string, FieldNode[]> },
): void {
  const { options, collected } = into;
  for (const selection of selections) {
    if (!isIncluded(selection, options.conditions) || options.deferred.has(selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = collected.get(key);
      if (known === undefined) collected.set(key, [selection]);
      else known.push(selection);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : options.fragments.get(selection.name.value);
    if (fragment !== undefined && applies(fragment.typeCondition?.name.value, type, options.schema))
      collect(type, fragment.selectionSet, into);
  }
}

function applies(condition: string | undefined, type: GraphQLCompositeType, schema: GraphQLSchema): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && !isUnionType(type) && schema.isSubType(conditional, type);
}
