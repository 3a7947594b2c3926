/**
 * HISTORY and SEND: a query taken apart into queries that planners can plan each for itself: one for each field that requires others, by name, and one for all
 * the rest. Called by plan-parts.ts; pure.
 */
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { Kind, visit } from 'graphql';
import { PlanningError } from './planner.ts';

/** Fragments are written out where they are spread: a small document can be a large one then. */
const selectionsMax = 10_000;
const partsMax = 30;

/** Throws PlanningError for a mutation, and for what would be too many or too large. */
export function splitOperation(
  document: DocumentNode,
  operationName: string | null,
  requiringNames: ReadonlySet<string>,
): DocumentNode[] {
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode =>
      one.kind === Kind.OPERATION_DEFINITION && (operationName === null || one.name?.value === operationName),
  );
  if (operation?.operation !== 'query') throw new PlanningError('failed', 'only queries can be taken apart');
  const fragments = new Map(
    document.definitions
      .filter((one) => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((one) => [one.name.value, one] as const),
  );
  const names = new Set<string | null>([null]);
  visit(document, {
    enter: (node) =>
      void (node.kind === Kind.FIELD && requiringNames.has(node.name.value) && names.add(node.name.value)),
  });
  if (names.size > partsMax) throw new PlanningError('failed', `more than ${partsMax} parts`);
  const budget = { selections: selectionsMax };
  return [...names].flatMap((part) => {
    const pick = { part, requiringNames, fragments, budget };
    const selectionSet = pickSelections(operation.selectionSet, part === null, pick);
    if (selectionSet === null) return [];
    return [{ kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }] } as const];
  });
}

interface Pick {
  /** Null for the part of all fields that require nothing. */
  readonly part: string | null;
  readonly requiringNames: ReadonlySet<string>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly budget: { selections: number };
}

/** Null when nothing of it belongs to the part. `isInside`: fields that require nothing belong to it here. */
function pickSelections(set: SelectionSetNode, isInside: boolean, pick: Pick): SelectionSetNode | null {
  const selections = set.selections.flatMap((one) => pickSelection(one, isInside, pick));
  return selections.length === 0 ? null : { ...set, selections };
}

function pickSelection(selection: SelectionNode, isInside: boolean, pick: Pick): SelectionNode[] {
  pick.budget.selections -= 1;
  if (pick.budget.selections < 0) throw new PlanningError('failed', 'too large to be taken apart');
  if (selection.kind === Kind.FIELD) return pickField(selection, isInside, pick);
  const fragment =
    selection.kind === Kind.INLINE_FRAGMENT ? selection : pick.fragments.get(selection.name.value);
  if (fragment === undefined) return [];
  const selectionSet = pickSelections(fragment.selectionSet, isInside, pick);
  if (selectionSet === null) return [];
  const { typeCondition } = fragment;
  const condition = typeCondition === undefined ? {} : { typeCondition };
  return [{ kind: Kind.INLINE_FRAGMENT, ...condition, directives: selection.directives ?? [], selectionSet }];
}

function pickField(field: FieldNode, isInside: boolean, pick: Pick): FieldNode[] {
  const isRequiring = pick.requiringNames.has(field.name.value);
  const isOfPart = isRequiring ? field.name.value === pick.part : isInside;
  if (field.selectionSet === undefined) return isOfPart ? [field] : [];
  const selectionSet = pickSelections(field.selectionSet, isOfPart, pick);
  return selectionSet === null ? [] : [{ ...field, selectionSet }];
}
