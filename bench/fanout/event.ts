/**
 * What is fanned out: the subscription that every subscriber starts and the event that it gets, about 440 bytes as a frame. The event's text carries
 * the time of its making on the clock that all processes of a machine share. Made by the peers' sources, read by subscribers/.
 */

/** In the form of MessageMe's API, which every GraphQL peer here serves: the sender's name comes from another subgraph than the event. */
export const followDocument = `subscription Follow($conversationId: ID!, $after: EventCursor) {
  item: conversationEvents(conversationId: $conversationId, after: $after) {
    __typename
    ... on CaughtUp { cursor }
    ... on ResyncRequired { reason }
    ... on ConversationEvent { cursor eventSeq }
    ... on MessageCreated { message { id seq text createdAt sender { id displayName } } }
  }
}`;

/** No event's frame is shorter, and nothing else that is sent to a live subscriber is as long. */
export const eventFrameBytesMin = 300;

const stampMark = '~';
const stampDigits = 16;
const textChars = 60;

/** A new text, stamped with the time. */
export function createEventText(): string {
  return `${stampMark}${String(nowMicros()).padStart(stampDigits, '0')}`.padEnd(textChars, 'x');
}

/** Milliseconds since the event's text was made; null when there is no stamp. */
export function readAgeMs(frame: Buffer): number | null {
  const mark = frame.indexOf(stampMark, 0, 'latin1');
  if (mark === -1) return null;
  const stamp = Number(frame.toString('latin1', mark + 1, mark + 1 + stampDigits));
  return (nowMicros() - stamp) / 1_000;
}

/** An event as the chat subgraph would give it, for peers that have none behind them. */
export function createEvent(eventSeq: number) {
  return {
    __typename: 'MessageCreated',
    cursor:
      'CAESJDAxOWE3YjU0LTRjMmUtNzNhZi1iZTY0LTk0M2Q1ZTM1ZTc5OBoeY252XzAxazZyczllYnFmOGQ5eTlucjhmYjNuaGtzIAE',
    eventSeq,
    message: {
      __typename: 'Message',
      id: 'msg_01k6rs9ebqf8d9y9nr8fb3nhks',
      seq: eventSeq,
      text: createEventText(),
      createdAt: '2026-01-31T12:00:00.000Z',
      sender: { __typename: 'User', id: 'usr_01k6rs9ebqf8d9y9nr8fb3nhks', displayName: 'Sender' },
    },
  };
}

/** The message that carries the event to the subscriber of operation 1. */
export function toNextMessage({ message, ...event }: ReturnType<typeof createEvent>): string {
  const { __typename: _message, sender, ...fields } = message;
  const { __typename: _sender, ...person } = sender;
  const item = { ...event, message: { ...fields, sender: person } };
  return JSON.stringify({ id: '1', type: 'next', payload: { data: { item } } });
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
