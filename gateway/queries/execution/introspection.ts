/** HISTORY: `__schema` and `__type` of an operation, answered by graphql-js on what clients see. Made once per operation by prepared-operation.ts. */
import type { FieldNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { executeSync, Kind } from 'graphql';
import { findVariables } from '#platform/graphql-variables.ts';
import type { Fragments } from './pass-through.ts';

/** JSON text of the field's value. */
export type Introspect = (field: FieldNode, variables: Readonly<Record<string, unknown>>) => string;

export function createIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): Introspect {
  const constant = new Map<FieldNode, string>();
  const mayVary = [operation, ...fragments.values()].some((node) => findVariables(node).length > 0);
  return (field, variables) => {
    const known = constant.get(field);
    if (known !== undefined) return known;
    const { data } = executeSync({
      schema,
      document: {
        kind: Kind.DOCUMENT,
        definitions: [
          { ...operation, directives: [], selectionSet: { kind: Kind.SELECTION_SET, selections: [field] } },
          ...fragments.values(),
        ],
      },
      variableValues: variables,
    });
    const text = JSON.stringify(data?.[field.alias?.value ?? field.name.value] ?? null);
    if (!mayVary) constant.set(field, text);
    return text;
  };
}
