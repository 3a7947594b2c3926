/**
 * HISTORY: when the answer of a subgraph is, byte for byte, the client's. So it is when one fetch is the whole plan, asks for exactly what the client asked for,
 * and nothing in it can be of a type or value that clients do not know. Decided once per operation by prepared-operation.ts.
 */
import type { FragmentDefinitionNode, NameNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';
import { getNamedType, Kind, parse, print, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { toClientName } from '../planning/client-keys.ts';
import type { PlanNode, RootFetch } from '../planning/plan.ts';
import type { QuerySchema } from './query-schema.ts';

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The fetch whose answer may be passed through; null when there is none. */
export function findPassThrough(
  node: PlanNode | null,
  client: OperationDefinitionNode & { readonly fragments: Fragments },
  schema: QuerySchema,
): RootFetch | null {
  if (node?.kind !== 'RootFetch' || node.path.length > 0 || node.outputRewrites.length > 0) return null;
  const { definitions } = parse(node.operation, { noLocation: true });
  const fetched = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  if (fetched === undefined) return null;
  const wanted = inline(client.selectionSet, client.fragments);
  const isSame = print(wanted) === print(inline(fetched.selectionSet, readFragments(definitions)));
  return isSame && isOpen({ ...client, selectionSet: wanted }, schema) ? node : null;
}

/** By name. */
export function readFragments(definitions: readonly { readonly kind: string }[]): Fragments {
  return new Map(
    definitions
      .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

function inline({ selections }: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  return {
    kind: Kind.SELECTION_SET,
    selections: selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment === undefined) return selection;
        const { typeCondition, selectionSet } = fragment;
        const { directives = [] } = selection;
        return {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition,
          directives,
          selectionSet: inline(selectionSet, fragments),
        };
      }
      if (selection.selectionSet === undefined) return selection;
      return { ...selection, selectionSet: inline(selection.selectionSet, fragments) };
    }),
  };
}

/** Are all its types known to clients in full? Root introspection is the gateway's own. */
function isOpen(operation: OperationDefinitionNode, schema: QuerySchema): boolean {
  const types = new TypeInfo(schema.api);
  let result = true;
  visit(
    operation,
    visitWithTypeInfo(types, {
      Field({ name, alias }) {
        const type = types.getType();
        if (type === undefined || type === null || isOwn(alias ?? name)) result = false;
        else if (schema.isVeiled(getNamedType(type))) result = false;
      },
    }),
  );
  return result;
}

/** Answered by the gateway, or under a name that is not the client's. */
function isOwn({ value: name }: NameNode): boolean {
  return name === '__schema' || name === '__type' || toClientName(name) !== name;
}
