/**
 * HISTORY and SEND: what is planned asks for the type of each object that could be of a type clients must not see, so that the answer can leave it out: a planner
 * does not when no fragment depends on it. Called by query-operation.ts before planning; pure.
 */
import type { DocumentNode, FieldNode, SelectionSetNode } from 'graphql';
import { isAbstractType, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { QuerySchema } from '../execution/query-schema.ts';

const typeName: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** The same object when there are none, as nearly always. */
export function askForTypeNames(document: DocumentNode, schema: QuerySchema): DocumentNode {
  const types = new TypeInfo(schema.api);
  return visit(
    document,
    visitWithTypeInfo(types, {
      leave: (node) => {
        if (node.kind !== Kind.SELECTION_SET || hasTypeName(node)) return undefined;
        const parent = types.getParentType();
        if (!isAbstractType(parent) || !schema.hidesTypes(parent)) return undefined;
        return { ...node, selections: [...node.selections, typeName] };
      },
    }),
  );
}

function hasTypeName({ selections }: SelectionSetNode): boolean {
  return selections.some(
    (one) => one.kind === Kind.FIELD && one.name.value === '__typename' && one.alias === undefined,
  );
}
