/**
 * HISTORY and SEND: where the supergraph applies a directive of one of Apollo's specifications, under whatever name it is linked. Called by
 * access-conditions.ts and field-costs.ts once per supergraph; calls Apollo's reader of supergraphs.
 */
import {
  DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  NamedSchemaElement,
  Supergraph,
} from '@apollo/federation-internals';

/** `Type`, `Type.field`, `Type.field(argument:)`, or `Input.field`. */
export type Coordinate = string;

export interface SupergraphDirectives {
  /** The arguments of each application of `@name` of the specification of this name, defaults filled in. */
  find(specification: string, name: string): ReadonlyMap<Coordinate, Readonly<Record<string, unknown>>>;
}

/** What this gateway enforces beyond what Apollo's does. */
const enforced = ['authenticated/v0.1', 'requiresScopes/v0.1', 'policy/v0.1'];

/** Throws for a supergraph that asks for something for its security or execution that this gateway does not know. */
export function readSupergraphDirectives(supergraphSdl: string): SupergraphDirectives {
  const supportedFeatures = new Set([
    ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
    ...enforced.map((feature) => `https://specs.apollo.dev/${feature}`),
  ]);
  const { schema } = Supergraph.build(supergraphSdl, { supportedFeatures, validateSupergraph: false });
  return {
    find: (specification, name) => {
      const feature = schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${specification}`);
      const definition = feature && schema.directive(feature.directiveNameInSchema(name));
      const found = new Map<Coordinate, Readonly<Record<string, unknown>>>();
      for (const application of definition?.applications() ?? []) {
        if (application.parent instanceof NamedSchemaElement)
          found.set(application.parent.coordinate, application.arguments(true));
      }
      return found;
    },
  };
}
