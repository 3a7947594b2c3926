/** How fields are read from records, in the subgraphs of the audit and in the one server that knows everything. */
import type { GraphQLFieldResolver } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Row } from './suite.ts';

/** The record's own value, or what its function makes of the arguments; an error, not null, where it has neither. */
export const resolveStrictly: GraphQLFieldResolver<Row, unknown, Row> = (source, args, _context, info) => {
  const value = source[info.fieldName];
  if (value === undefined) throw new GraphQLError(`no data for ${info.parentType.name}.${info.fieldName} here`);
  return typeof value === 'function' ? value(args) : value;
};
