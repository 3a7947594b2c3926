/**
 * A validation rule, in the one list of limits.ts: where `@defer` may not stand. As the proposed specification has it
 * (https://github.com/graphql/graphql-spec/pull/1110), and nowhere in subscriptions, whose events are delivered whole.
 */
import type { ASTVisitor, DirectiveNode, ValidationContext } from 'graphql';
import { GraphQLError, Kind, visit } from 'graphql';
import { isDefer } from './queries/deferred/defer-directive.ts';

/** Labels are literal, each stands once; the fields of a mutation run one after the other before anything is delivered. */
export function deferRule(context: ValidationContext): ASTVisitor {
  const labels = new Set<string>();
  const mutationType = context.getSchema().getMutationType();
  const report = (message: string, nodes: DirectiveNode) =>
    context.reportError(new GraphQLError(message, { nodes }));
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'subscription') return;
      for (const node of [operation, ...context.getRecursivelyReferencedFragments(operation)])
        visit(node, {
          Directive(directive) {
            if (isDefer(directive)) report('@defer is not supported in subscriptions.', directive);
          },
        });
    },
    Directive(directive) {
      if (!isDefer(directive)) return;
      if (mutationType && context.getParentType() === mutationType)
        report('@defer is not supported on the fields of a mutation itself.', directive);
      const label = directive.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (label === undefined || label.kind === Kind.NULL) return;
      if (label.kind !== Kind.STRING) report('The label of a @defer must be a literal text.', directive);
      else if (labels.has(label.value)) report('Each label of a @defer may stand once.', directive);
      else labels.add(label.value);
    },
  };
}
