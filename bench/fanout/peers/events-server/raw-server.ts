/**
 * What is there without GraphQL: a bare `ws` server sends one prepared text to everybody. Batched, the frames of all events that come together are one
 * write per socket, made once for all of them: nobody who has to write to every socket can do less. Made by process.ts.
 */
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { createEvent, toNextMessage } from '../../event.ts';
import { createServerFrame, opcodes } from '../../frames.ts';
import type { EventServer } from './process.ts';

interface Follower {
  readonly send: (text: string) => void;
  readonly stream: Duplex;
}

/** A path is a conversation: `/7`. */
export function createRawServer({ isBatched }: { readonly isBatched: boolean }): EventServer {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const followers = new Map<number, Set<Follower>>();
  let eventSeq = 0;
  return {
    handleUpgrade: (request, stream, head) => {
      const conversation = Number(request.url?.slice(1));
      const ofConversation = followers.get(conversation) ?? new Set();
      followers.set(conversation, ofConversation);
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const follower = { send: (text: string) => socket.send(text), stream };
        ofConversation.add(follower);
        socket.on('close', () => ofConversation.delete(follower));
        socket.on('error', () => socket.terminate());
      });
    },
    publish: ({ conversation, events }) => {
      const texts = Array.from({ length: events }, (_, n) => toNextMessage(createEvent(eventSeq + n + 1)));
      eventSeq += events;
      const ofConversation = followers.get(conversation) ?? [];
      if (isBatched) {
        const bytes = Buffer.concat(texts.map((text) => createServerFrame(opcodes.text, Buffer.from(text))));
        for (const { stream } of ofConversation) stream.write(bytes);
      } else {
        for (const text of texts) for (const { send } of ofConversation) send(text);
      }
    },
  };
}
