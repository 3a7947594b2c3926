/**
 * Two validation rules of our own, in the one list of limits.ts: how many root fields an operation has, and how many items it may make us send. What it
 * costs depends on its variables and on the supergraph: queries/rules/cost-rules.ts.
 */
import type {
  ASTVisitor,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLFieldMap,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
  ValidationContext,
} from 'graphql';
import { GraphQLError, getNamedType, isInterfaceType, isObjectType, Kind } from 'graphql';

export const pageArguments: ReadonlySet<string> = new Set(['first', 'last']);
/** Lists are capped at this many items, whatever is asked; taken for a page whose size is a variable. */
export const pageItemsMax = 100;

/** Refuses an operation with more root fields than this, fragments spread out. */
export function createRootFieldsRule(rootFieldsMax: number): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    OperationDefinition(node) {
      const count = countRootFields(context, node.selectionSet, new Map());
      if (count > rootFieldsMax) {
        const message = `An operation may have ${rootFieldsMax} root fields; this one has ${count}.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  });
}

function countRootFields(
  context: ValidationContext,
  selectionSet: SelectionSetNode,
  known: Map<string, number>,
): number {
  let count = 0;
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) count += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT)
      count += countRootFields(context, selection.selectionSet, known);
    else {
      const name = selection.name.value;
      const fragment = context.getFragment(name);
      if (!known.has(name) && fragment) {
        known.set(name, 0);
        known.set(name, countRootFields(context, fragment.selectionSet, known));
      }
      count += known.get(name) ?? 0;
    }
  }
  return count;
}

/** Refuses an operation that has more selections than this once its fragments are spread out: all of them are gone through to make it ready. */
export function createSelectionsRule(selectionsMax: number): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    OperationDefinition(node) {
      const count = countSelections(context, node.selectionSet, new Map());
      if (count > selectionsMax) {
        const message = `An operation may have ${selectionsMax} selections, its fragments spread out; this one has more.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  });
}

/** Each fragment is counted once, so this takes linear time. */
function countSelections(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  known: Map<string, number>,
): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind !== Kind.FRAGMENT_SPREAD)
      return sum + 1 + (selection.selectionSet ? countSelections(context, selection.selectionSet, known) : 0);
    const name = selection.name.value;
    const fragment = context.getFragment(name);
    if (!known.has(name) && fragment) {
      known.set(name, 0);
      known.set(name, countSelections(context, fragment.selectionSet, known));
    }
    return sum + 1 + (known.get(name) ?? 0);
  }, 0);
}

/** Refuses an operation whose pages, those inside pages multiplied, may hold more items than this: each can be a message of full length. */
export function createItemsRule(itemsMax: number): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    OperationDefinition(node) {
      const count = weighOperation(context, node, (items, inside) =>
        items === null ? inside : items * (1 + inside),
      );
      if (count > itemsMax) {
        const message = `The pages of an operation may hold ${itemsMax} items; these may hold ${count}. Use smaller pages.`;
        context.reportError(new GraphQLError(message, { nodes: node }));
      }
    },
  });
}

/** What a field weighs by the items of its page, null when it is none, and the weight of what is selected in it. */
type Weigh = (items: number | null, inside: number) => number;

/** Each fragment is counted once, so nested spreads cost linear time. */
function weighOperation(
  context: ValidationContext,
  operation: OperationDefinitionNode,
  weigh: Weigh,
): number {
  const schema = context.getSchema();
  const known = new Map<string, number>();

  function countObjects(selectionSet: SelectionSetNode, typeName: string): number {
    return selectionSet.selections.reduce((sum, selection) => sum + countSelection(selection, typeName), 0);
  }

  function countSelection(selection: SelectionNode, typeName: string): number {
    if (selection.kind === Kind.FIELD) return countField(selection, typeName);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return countObjects(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
    }
    const fragment = context.getFragment(selection.name.value);
    return fragment ? countFragment(fragment) : 0;
  }

  function countFragment(fragment: FragmentDefinitionNode): number {
    const name = fragment.name.value;
    const counted = known.get(name);
    if (counted !== undefined) return counted;
    known.set(name, 0);
    const count = countObjects(fragment.selectionSet, fragment.typeCondition.name.value);
    known.set(name, count);
    return count;
  }

  function countField(field: FieldNode, typeName: string): number {
    if (field.selectionSet === undefined || field.name.value.startsWith('__')) return 0;
    const definition = fieldsOf(typeName)[field.name.value];
    if (definition === undefined) return 0;
    const isPage = definition.args.some(({ name }) => pageArguments.has(name));
    return weigh(
      isPage ? readPageItems(field, definition) : null,
      countObjects(field.selectionSet, getNamedType(definition.type).name),
    );
  }

  function fieldsOf(typeName: string): GraphQLFieldMap<unknown, unknown> {
    const type = schema.getType(typeName);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  }

  return countObjects(operation.selectionSet, schema.getRootType(operation.operation)?.name ?? '');
}

function readPageItems(field: FieldNode, definition: GraphQLField<unknown, unknown>): number {
  const argument = field.arguments?.find(({ name }) => pageArguments.has(name.value));
  const preset = definition.args.find(({ name }) => pageArguments.has(name))?.defaultValue;
  if (argument === undefined) return typeof preset === 'number' ? preset : pageItemsMax;
  if (argument.value.kind !== Kind.INT) return pageItemsMax;
  return Math.min(Math.max(Number(argument.value.value), 1), pageItemsMax);
}
