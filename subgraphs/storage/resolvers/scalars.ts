/** The scalars of schema/storage.graphql. */
import { GraphQLScalarType } from 'graphql';
import { GraphQLUUID } from 'graphql-scalars';
import { dateTimeScalar } from '#platform/subgraph/scalars.ts';

export const scalars = {
  DateTime: dateTimeScalar,
  UUID: GraphQLUUID,
  /** Only ever given out here. */
  EventCursor: new GraphQLScalarType({ name: 'EventCursor', serialize: String }),
};
