/**
 * LIVE: which variables of a subscription its results depend on. Those that only are arguments of the root field say which events are wanted, not what
 * they look like. Used by subgraph/prepared-operations.ts and by the gateway's subscriptions.
 */
import type { ASTNode, DocumentNode, OperationDefinitionNode } from 'graphql';
import { Kind, visit } from 'graphql';

/** Sorted names. `readsArguments` tells of a root field whether its value is made from its arguments too. */
export function findResultVariables(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  readsArguments: (rootField: string) => boolean = () => false,
): string[] {
  const selections = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD && !readsArguments(selection.name.value)
      ? { ...selection, arguments: [] }
      : selection,
  );
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return [...new Set([...selections, ...fragments].flatMap(findVariables))].sort();
}

/** Names of the variables that are used in it. */
export function findVariables(node: ASTNode): string[] {
  const names: string[] = [];
  visit(node, {
    enter: (inner) => {
      if (inner.kind === Kind.VARIABLE_DEFINITION) return false;
      if (inner.kind === Kind.VARIABLE) names.push(inner.name.value);
      return undefined;
    },
  });
  return names;
}

/** Those of the names that were given a value, null or another. */
export function pickVariables(
  variables: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(variables, name)).map((name) => [name, variables[name]]),
  );
}
