/** HISTORY and SEND: what planning has to know of a supergraph besides its types, read from the join directives. Called by operation-planner.ts; pure. */
import { Kind, parse, visit } from 'graphql';

export interface SupergraphFacts {
  /** Names of fields in keys and requirements, and __typename: planners add these to selections. */
  readonly neededNames: readonly string[];
  /** Of progressive `@override`. */
  readonly overrideLabels: readonly string[];
  /** A subgraph has a type of its own for an interface. */
  readonly hasInterfaceObjects: boolean;
}

export function readSupergraphFacts(supergraphSdl: string): SupergraphFacts {
  const neededNames = new Set(['__typename']);
  const overrideLabels = new Set<string>();
  let hasInterfaceObjects = false;
  visit(parse(supergraphSdl, { noLocation: true }), {
    Directive({ name: directive, arguments: given = [] }) {
      if (directive.value !== 'join__type' && directive.value !== 'join__field') return;
      for (const { name, value } of given) {
        if (name.value === 'isInterfaceObject')
          hasInterfaceObjects ||= value.kind === Kind.BOOLEAN && value.value;
        if (value.kind !== Kind.STRING) continue;
        if (name.value === 'overrideLabel') overrideLabels.add(value.value);
        if (name.value === 'key' || name.value === 'requires')
          for (const [needed] of value.value.matchAll(/[_a-z]\w*/gi)) neededNames.add(needed);
      }
    },
  });
  return { neededNames: [...neededNames], overrideLabels: [...overrideLabels], hasInterfaceObjects };
}
