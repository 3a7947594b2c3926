/** The chat subgraph's subscriptions over graphql-transport-ws, with nothing behind them: an execution is shared by all who sent the same document. Made by process.ts. */
import { readFileSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode } from 'graphql';
import { execute, parse } from 'graphql';
import type { WebSocket } from 'ws';
import { multicastProtocol } from '#platform/subgraph/multicast.ts';
import { createEvent } from '../../event.ts';

const sdl = readFileSync(new URL('../../../../schema/chat.graphql', import.meta.url), 'utf8');

export interface EventStreams {
  serve(socket: WebSocket, stream: Duplex): void;
  /** So many new events of a conversation. */
  publish(conversationId: string, events: number): void;
}

interface Follower {
  readonly id: string;
  readonly socket: WebSocket;
  readonly stream: Duplex;
}

/** Those who follow one conversation with one document. */
interface Group {
  readonly document: DocumentNode;
  /** A gateway may rename them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly followers: Set<Follower>;
}

interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: { readonly query: string; readonly variables?: Group['variables'] };
}

/** Without followers. */
export function createEventStreams(): EventStreams {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl) }]);
  const groups = new Map<string, Group>();
  let eventSeq = 0;

  function toPayload({ document, variables }: Group, item: object): string {
    const rootValue = { conversationEvents: item };
    return JSON.stringify(execute({ schema, document, rootValue, variableValues: variables }));
  }

  function findGroup({ query, variables = {} }: NonNullable<Message['payload']>): Group {
    const key = `${JSON.stringify(variables)}\n${query}`;
    const group = groups.get(key) ?? { document: parse(query), variables, followers: new Set() };
    groups.set(key, group);
    return group;
  }

  return {
    serve: (socket, stream) => {
      const answer = (message: object) => socket.send(JSON.stringify(message));
      socket.on('message', (data) => {
        const { type, id = '', payload } = JSON.parse(String(data)) as Message;
        if (type === 'connection_init') answer({ type: 'connection_ack' });
        else if (type === 'ping') answer({ type: 'pong' });
        else if (type === 'complete') forget((one) => one.socket === socket && one.id === id);
        else if (type === 'subscribe' && payload !== undefined) {
          const group = findGroup(payload);
          socket.send(toNext(id, toPayload(group, { __typename: 'CaughtUp', cursor: 'none' })));
          group.followers.add({ id, socket, stream });
        }
      });
      socket.on('close', () => forget((one) => one.socket === socket));
      socket.on('error', () => socket.terminate());
    },
    publish: (conversationId, events) => {
      const items = Array.from({ length: events }, (_, n) => createEvent(eventSeq + n + 1));
      eventSeq += events;
      for (const group of groups.values()) {
        if (group.followers.size === 0 || !Object.values(group.variables).includes(conversationId)) continue;
        const payloads = items.map((item) => toPayload(group, item));
        for (const [socket, followers] of Map.groupBy(group.followers, (follower) => follower.socket))
          sendAll(socket, followers, payloads);
      }
    },
  };

  function forget(isGone: (follower: Follower) => boolean): void {
    for (const { followers } of groups.values())
      for (const follower of followers) if (isGone(follower)) followers.delete(follower);
  }
}

/** In one write. */
function sendAll(socket: WebSocket, followers: readonly Follower[], payloads: readonly string[]): void {
  const [first] = followers;
  first?.stream.cork();
  for (const payload of payloads) {
    if (socket.protocol === multicastProtocol) {
      const ids = JSON.stringify(followers.map(({ id }) => id));
      socket.send(`{"type":"next","ids":${ids},"payload":${payload}}`);
    } else {
      for (const { id } of followers) socket.send(toNext(id, payload));
    }
  }
  process.nextTick(() => first?.stream.uncork());
}

function toNext(id: string, payload: string): string {
  return `{"id":${JSON.stringify(id)},"type":"next","payload":${payload}}`;
}
