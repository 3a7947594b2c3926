/**
 * The stock way without a federation: the `graphql-ws` server of every tutorial, which executes the document once per subscriber and event. It serves
 * MessageMe's API with events from its own process. Made by process.ts.
 */
import { EventEmitter, on } from 'node:events';
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { useServer as serve } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createEvent } from '../../event.ts';
import type { EventServer } from './process.ts';

const sdl = readFileSync(new URL('../../../../schema/api.graphql', import.meta.url), 'utf8');

/** Conversation ids are the numbers of the conversations. */
export function createGraphQLServer(): EventServer {
  const sockets = new WebSocketServer({ noServer: true });
  const emitter = new EventEmitter().setMaxListeners(0);
  const roots = { subscription: { conversationEvents: follow } };
  let eventSeq = 0;
  serve({ schema: buildSchema(sdl, { assumeValid: true }), roots }, sockets);

  async function* follow({ conversationId }: { conversationId: string }) {
    const events = on(emitter, conversationId);
    yield { conversationEvents: { __typename: 'CaughtUp', cursor: 'none' } };
    for await (const [event] of events) yield { conversationEvents: event };
  }

  return {
    handleUpgrade: (request, stream, head) =>
      sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket, request)),
    publish: ({ conversation, events }) => {
      for (let n = 0; n < events; n += 1) {
        eventSeq += 1;
        emitter.emit(String(conversation), createEvent(eventSeq));
      }
    },
  };
}
