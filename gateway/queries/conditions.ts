/** HISTORY and SEND: @skip and @include of an operation. Each combination of values of its variables is compiled for itself, so that nothing is left to ask. */
import type { ASTNode, ASTVisitor, SelectionNode } from 'graphql';
import { Kind, visit } from 'graphql';

/** Values by name of variable. */
export type ConditionValues = ReadonlyMap<string, boolean>;

/** Names of the variables by which something is skipped or included. */
export function findConditionVariables(nodes: readonly ASTNode[]): readonly string[] {
  const names = new Set<string>();
  const visitor: ASTVisitor = {
    Directive({ name, arguments: args = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  };
  for (const node of nodes) visit(node, visitor);
  return [...names];
}

export function isIncluded({ directives = [] }: SelectionNode, values: ConditionValues): boolean {
  return directives.every(({ name, arguments: args = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const [argument] = args;
    const value = argument?.value;
    const isSo =
      value?.kind === Kind.VARIABLE
        ? values.get(value.name.value) === true
        : value?.kind === Kind.BOOLEAN && value.value;
    return isSo === (name.value === 'include');
  });
}
