/** The scalars of schema/chat.graphql. A value that is none of them is refused by GraphQL itself. */
import { createTextScalar, dateTimeScalar } from '#platform/subgraph/scalars.ts';

const cursorCharsMax = 1_024;

/** Lower case, so that one UUID is one identity however it is written. */
function parseUuid(text: string): string | null {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : null;
}

/** What is in it is judged by the field that takes it. */
function parseCursor(text: string): string | null {
  return text.length <= cursorCharsMax ? text : null;
}

export const scalars = {
  DateTime: dateTimeScalar,
  UUID: createTextScalar('UUID', parseUuid),
  EventCursor: createTextScalar('EventCursor', parseCursor),
  InboxCursor: createTextScalar('InboxCursor', parseCursor),
};
