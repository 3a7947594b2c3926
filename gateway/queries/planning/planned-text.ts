/** HISTORY and SEND: what of an operation the planner is asked about: not what the gateway answers by itself, `__schema`, `__type` and the root's `__typename`. Pure. */
import type { DocumentNode, OperationDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import { Kind, print } from 'graphql';
import type { Fragments } from '../execution/pass-through.ts';

const own: ReadonlySet<string> = new Set(['__schema', '__type', '__typename']);

/** Null when nothing is left to be planned. `text`: of the document. */
export function toPlannedText(
  document: DocumentNode,
  { operation, fragments, text }: { operation: OperationDefinitionNode; fragments: Fragments; text: string },
): string | null {
  const selectionSet = withoutOwn(operation.selectionSet, fragments);
  if (selectionSet === operation.selectionSet) return text;
  if (selectionSet.selections.length === 0) return null;
  const definitions = document.definitions.map((definition) =>
    definition === operation ? { ...operation, selectionSet } : definition,
  );
  return print({ ...document, definitions });
}

/** The same object when there is none. */
function withoutOwn(selectionSet: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  const kept = selectionSet.selections.flatMap((selection) => keep(selection, fragments));
  const isSame =
    kept.length === selectionSet.selections.length &&
    kept.every((selection, index) => selection === selectionSet.selections[index]);
  return isSame ? selectionSet : { ...selectionSet, selections: kept };
}

function keep(selection: SelectionNode, fragments: Fragments): SelectionNode[] {
  if (selection.kind === Kind.FIELD) return own.has(selection.name.value) ? [] : [selection];
  const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
  if (fragment === undefined) return [selection];
  const selectionSet = withoutOwn(fragment.selectionSet, fragments);
  if (selectionSet === fragment.selectionSet) return [selection];
  if (selectionSet.selections.length === 0) return [];
  const { typeCondition } = fragment;
  return [
    {
      kind: Kind.INLINE_FRAGMENT,
      selectionSet,
      ...(typeCondition === undefined ? {} : { typeCondition }),
      ...(selection.directives === undefined ? {} : { directives: selection.directives }),
    },
  ];
}
