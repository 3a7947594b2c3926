/** HISTORY and SEND: @skip and @include of an operation, and the `if` of @defer. Each combination of values of its variables is compiled for itself, so that nothing is left to ask. */
import type { ASTNode, ASTVisitor, SelectionNode } from 'graphql';
import { Kind, visit } from 'graphql';

/** Values by name of variable. */
export type ConditionValues = ReadonlyMap<string, boolean>;

const conditional: ReadonlySet<string> = new Set(['skip', 'include', 'defer']);

/** Names of the variables by which something is skipped, included or deferred. */
export function findConditionVariables(nodes: readonly ASTNode[]): readonly string[] {
  const names = new Set<string>();
  const visitor: ASTVisitor = {
    Directive({ name, arguments: args = [] }) {
      if (!conditional.has(name.value)) return;
      for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  };
  for (const node of nodes) visit(node, visitor);
  return [...names];
}

/** Values of conditions that are kept; an operation with more combinations makes the others each time. */
const variantsMax = 16;

/** What depends on nothing but conditions, made when they first have these values; `makeBeyond`: what is not kept, made each time. */
export function perConditions<Made>(
  make: (values: ConditionValues) => Made,
  makeBeyond = make,
): (values: ConditionValues) => Made {
  const variants = new Map<string, Made>();
  return (values) => {
    const key = [...values.values()].map(Number).join('');
    const known = variants.get(key);
    if (known !== undefined) return known;
    if (variants.size >= variantsMax) return makeBeyond(values);
    const made = make(values);
    variants.set(key, made);
    return made;
  };
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
