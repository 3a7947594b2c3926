/** HISTORY and SEND: one supergraph as compiled operations need it: what clients see, which types are of which, what subgraphs know and clients must not see. */
import type { GraphQLAbstractType, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { isAbstractType, isEnumType, Kind, parse, visit } from 'graphql';
import type { TypeRelation } from './type-names.ts';
import { createTypeRelation } from './type-names.ts';

export interface QuerySchema {
  /** What clients see; operations are validated against it. */
  readonly api: GraphQLSchema;
  /** With what they do not see. */
  readonly supergraph: GraphQLSchema;
  readonly isOfType: TypeRelation;
  /** Of interfaces that some subgraph knows as an object type: such a name says less than that of an implementation. */
  readonly interfaceObjects: ReadonlySet<string>;
  /** Are there types of it that clients must not see? */
  hidesTypes(type: GraphQLAbstractType): boolean;
  /** Can a subgraph answer with values of the type that clients do not know? */
  isVeiled(type: GraphQLNamedType): boolean;
}

/** `supergraph`: the schema that has what clients do not see as well. */
export function createQuerySchema(options: {
  readonly supergraphSdl: string;
  readonly supergraph: GraphQLSchema;
  readonly api: GraphQLSchema;
}): QuerySchema {
  const { supergraph, api } = options;
  const interfaceObjects = findInterfaceObjects(options.supergraphSdl);
  const hidesTypes = (type: GraphQLAbstractType) => {
    const whole = supergraph.getType(type.name);
    return (
      !isAbstractType(whole) || supergraph.getPossibleTypes(whole).length > api.getPossibleTypes(type).length
    );
  };
  return {
    api,
    supergraph,
    interfaceObjects,
    isOfType: createTypeRelation(supergraph),
    hidesTypes,
    isVeiled: (type) => {
      if (isAbstractType(type)) return interfaceObjects.has(type.name) || hidesTypes(type);
      if (!isEnumType(type)) return false;
      const whole = supergraph.getType(type.name);
      return !isEnumType(whole) || whole.getValues().length > type.getValues().length;
    },
  };
}

/** Interfaces of which some subgraph does not know the implementations, and says so by `@join__type(isInterfaceObject: true)`. */
function findInterfaceObjects(supergraphSdl: string): ReadonlySet<string> {
  const names = new Set<string>();
  visit(parse(supergraphSdl, { noLocation: true }), {
    InterfaceTypeDefinition({ name, directives = [] }) {
      const isOne = directives
        .flatMap((directive) => directive.arguments ?? [])
        .some(
          (argument) =>
            argument.name.value === 'isInterfaceObject' &&
            argument.value.kind === Kind.BOOLEAN &&
            argument.value.value,
        );
      if (isOne) names.add(name.value);
    },
  });
  return names;
}
