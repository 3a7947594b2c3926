/** The scalars of schema/chat.graphql. A value that is none of them is refused by GraphQL itself. */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const cursorCharsMax = 1_024;

/** A scalar whose values are texts in a normal form. */
function createTextScalar(
  name: string,
  parse: (text: string) => string | null,
): GraphQLScalarType<string, string> {
  const parseValue = (value: unknown): string => {
    const parsed = typeof value === 'string' ? parse(value) : null;
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

/** Lower case, so that one UUID is one identity however it is written. */
function parseUuid(text: string): string | null {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : null;
}

/** What is in it is judged by the field that takes it. */
function parseCursor(text: string): string | null {
  return text.length <= cursorCharsMax ? text : null;
}

export const scalars = {
  DateTime: new GraphQLScalarType({ ...GraphQLDateTimeISO.toConfig(), name: 'DateTime' }),
  UUID: createTextScalar('UUID', parseUuid),
  EventCursor: createTextScalar('EventCursor', parseCursor),
  InboxCursor: createTextScalar('InboxCursor', parseCursor),
};
