/**
 * HISTORY and SEND: an operation without conditions, once for each value of the variables of `@skip`, `@include` and `@defer`. Apollo's planner leaves out a fetch that serves an
 * included field when the fetch serves a skipped one too; with branches it sees no conditions. Called by apollo-planning.ts, operation-planner.ts; pure.
 */
import type { DirectiveNode, DocumentNode } from 'graphql';
import { BREAK, Kind, visit } from 'graphql';
import { isDefer, readDeferral, toDeferDirective } from '../deferred/defer-directive.ts';
import type { PlanNode } from './plan.ts';
import { PlanningError } from './planner.ts';

/** Variables that double the number of plans each. */
const variablesMax = 4;

/** Plans each branch, and chooses among them when the plan is executed. */
export function planBranches(
  document: DocumentNode,
  plan: (document: DocumentNode) => PlanNode | null,
  depth = 0,
): PlanNode | null {
  const variable = findVariable(document);
  if (variable === null) return plan(document);
  if (depth === variablesMax) throw new PlanningError('failed', `more than ${variablesMax} conditions`);
  const ifTrue = planBranches(decide(document, variable, true), plan, depth + 1);
  const ifFalse = planBranches(decide(document, variable, false), plan, depth + 1);
  return { kind: 'Condition', variable, ifTrue, ifFalse };
}

function findVariable(document: DocumentNode): string | null {
  let found: string | null = null;
  visit(document, {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE) return undefined;
      found = readVariable(node);
      return found === null ? undefined : BREAK;
    },
  });
  return found;
}

function readVariable(directive: DirectiveNode): string | null {
  if (isDefer(directive)) {
    const condition = readDeferral(directive)?.condition;
    return typeof condition === 'string' ? condition : null;
  }
  const { name, arguments: [condition] = [] } = directive;
  if (name.value !== 'skip' && name.value !== 'include') return null;
  return condition?.value.kind === Kind.VARIABLE ? condition.value.name.value : null;
}

/** What is left out goes, with the directives that said so. A selection that gets empty keeps __typename, which no answer shows. */
function decide(document: DocumentNode, variable: string, value: boolean): DocumentNode {
  const isDecided = (directive: DirectiveNode) => readVariable(directive) === variable;
  return visit(document, {
    enter: (node) => {
      if (
        node.kind !== Kind.FIELD &&
        node.kind !== Kind.INLINE_FRAGMENT &&
        node.kind !== Kind.FRAGMENT_SPREAD
      )
        return undefined;
      const { directives = [] } = node;
      const decided = directives.filter(isDecided);
      if (decided.length === 0) return undefined;
      const isLeftOut = (directive: DirectiveNode) => (directive.name.value === 'include') !== value;
      if (decided.some((directive) => !isDefer(directive) && isLeftOut(directive))) return null;
      const left = directives.filter((directive) => !isDecided(directive));
      const deferral = value ? decided.map(readDeferral).find((one) => one !== null) : undefined;
      if (deferral !== undefined) left.push(toDeferDirective({ ...deferral, condition: true }));
      return { ...node, directives: left };
    },
    leave: (node) =>
      node.kind === Kind.SELECTION_SET && node.selections.length === 0
        ? { ...node, selections: [typeName] }
        : undefined,
  });
}

const typeName = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
