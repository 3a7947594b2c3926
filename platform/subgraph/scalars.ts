/** How subgraphs make the scalars of their SDL. A value that is none of them is refused by GraphQL itself (BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED). */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

/** An instant, as ISO 8601 text outside and a Date inside. */
export const dateTimeScalar = new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' });

/** A scalar whose values are texts in a normal form; `parse` gives it, or null. */
export function createTextScalar(
  name: string,
  parse: (text: string) => string | null,
): GraphQLScalarType<string, string> {
  const parseValue = (value: unknown): string => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    // The value is not repeated: messages of errors end in logs.
    if (parsed === null) throw new GraphQLError(`This is not a valid ${name}.`);
    return parsed;
  };
  return new GraphQLScalarType<string, string>({
    name,
    serialize: String,
    parseValue,
    parseLiteral: (node) => parseValue(node.kind === Kind.STRING ? node.value : null),
  });
}
