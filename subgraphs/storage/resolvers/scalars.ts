/** The scalars of schema/storage.graphql. */
import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTimeISO, GraphQLUUID } from 'graphql-scalars';

export const scalars = {
  DateTime: new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' }),
  UUID: GraphQLUUID,
  /** Only ever given out here. */
  EventCursor: new GraphQLScalarType({ name: 'EventCursor', serialize: String }),
};
