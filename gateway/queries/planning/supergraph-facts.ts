/** HISTORY and SEND: what planning has to know of a supergraph besides its types, read from the join directives. Called by operation-planner.ts; pure. */
import { Kind, parse, valueFromASTUntyped, visit } from 'graphql';

export interface SupergraphFacts {
  /** Names of fields in keys and requirements, and __typename: planners add these to selections. */
  readonly neededNames: readonly string[];
  /** Of progressive `@override`. */
  readonly overrideLabels: readonly string[];
  /** A subgraph has a type of its own for an interface. */
  readonly hasInterfaceObjects: boolean;
}

/** Throws when it is none. */
export function readSupergraphFacts(supergraphSdl: string): SupergraphFacts {
  const neededNames = new Set(['__typename']);
  const overrideLabels = new Set<string>();
  let hasInterfaceObjects = false;
  const joins = readJoinArguments(supergraphSdl);
  if (joins.length === 0) throw new Error('not a supergraph: it says of nothing which subgraph has it');
  for (const [name, value] of joins) {
    if (name === 'isInterfaceObject') hasInterfaceObjects ||= value === true;
    if (name === 'overrideLabel') overrideLabels.add(String(value));
    if (name === 'key' || name === 'requires')
      for (const [needed] of String(value).matchAll(/[_a-z]\w*/gi)) neededNames.add(needed);
  }
  return { neededNames: [...neededNames], overrideLabels: [...overrideLabels], hasInterfaceObjects };
}

/** Of all join directives, names with values. */
function readJoinArguments(supergraphSdl: string): [name: string, value: unknown][] {
  const found: [string, unknown][] = [];
  visit(parse(supergraphSdl, { noLocation: true }), {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE || !node.name.value.startsWith('join__')) return;
      for (const { name, value } of node.arguments ?? [])
        found.push([name.value, valueFromASTUntyped(value)]);
    },
  });
  return found;
}
