/**
 * LIVE, the client's end over HTTP: how results look in a response that stays open. Server-sent events as graphql-sse speaks them, on a connection for
 * each operation or one for many, and Apollo's multipart subscriptions. Used by http-stream.ts.
 * Protocols: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md and
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
import type { GraphQLFormattedError } from 'graphql';

export interface StreamFormat {
  readonly contentType: string;
  /** Sent at once, so that whoever is in between lets the response begin. */
  readonly opening: string;
  /** Sent when nothing else was for some time. */
  readonly heartbeat: string;
  /** The JSON of a result stands between the two. */
  frame(id: string): { readonly before: string; readonly after: string };
  /** The operation has ended. */
  complete(id: string): string;
  /** The operation was refused, or ended so; `complete` does not follow. */
  error(id: string, errors: readonly GraphQLFormattedError[]): string;
}

const noResult = (errors: readonly GraphQLFormattedError[]) => JSON.stringify({ errors });

export const distinctEvents: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  opening: ':\n\n',
  heartbeat: ':\n\n',
  frame: () => ({ before: 'event: next\ndata: ', after: '\n\n' }),
  complete: () => 'event: complete\ndata:\n\n',
  error: (_id, errors) => `event: next\ndata: ${noResult(errors)}\n\nevent: complete\ndata:\n\n`,
};

export const singleConnectionEvents: StreamFormat = {
  ...distinctEvents,
  frame: (id) => ({
    before: `event: next\ndata: {"id":${JSON.stringify(id)},"payload":`,
    after: '}\n\n',
  }),
  complete: (id) => `event: complete\ndata: {"id":${JSON.stringify(id)}}\n\n`,
  error: (id, errors) =>
    `event: next\ndata: {"id":${JSON.stringify(id)},"payload":${noResult(errors)}}\n\n` +
    `event: complete\ndata: {"id":${JSON.stringify(id)}}\n\n`,
};

const part = '\r\ncontent-type: application/json\r\n\r\n';

/** Each part ends with the delimiter of the next, so that clients need not wait for it. */
export const multipart: StreamFormat = {
  contentType: 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"',
  opening: '--graphql',
  heartbeat: `${part}{}\r\n--graphql`,
  frame: () => ({ before: `${part}{"payload":`, after: '}\r\n--graphql' }),
  complete: () => '--\r\n',
  error: (_id, errors) => `${part}{"payload":null,"errors":${JSON.stringify(errors)}}\r\n--graphql--\r\n`,
};
