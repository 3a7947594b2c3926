/** How fields are read from records, in the subgraphs of the audit and in the one server that knows everything. */
import type { GraphQLFieldResolver, GraphQLResolveInfo } from 'graphql';
import { GraphQLError } from 'graphql';
import type { FieldResolver, Row } from './suite.ts';

type Resolver = GraphQLFieldResolver<Row, unknown, Row>;

/** The record's own value, or what its function makes of the arguments; an error, not null, where it has neither. */
export function resolveStrictly(...[source, args, , info]: Parameters<Resolver>): unknown {
  const value = source[info.fieldName];
  return requireValue(typeof value === 'function' ? value(args) : value, info);
}

/** An error, not null, where the resolver has nothing to compute the field from. */
export function toStrict(resolve: FieldResolver): Resolver {
  return (...[source, args, , info]) => requireValue(resolve(source, args), info);
}

function requireValue(value: unknown, info: GraphQLResolveInfo): unknown {
  if (value !== undefined) return value;
  throw new GraphQLError(`no data for ${info.parentType.name}.${info.fieldName} here`);
}
