/**
 * Who is typing where: told by setTyping, forgotten after 6 s, shared by all streams of a conversation.
 * Called by Mutation.setTyping and Subscription.typing.
 */
import { LRUCache } from 'lru-cache';
import type { SignalBus } from './signal-bus.ts';

export interface Typing extends Disposable {
  /** Tells all copies, at most once per state and `coalesceMs` for each viewer and conversation. */
  set(typist: { readonly userId: string; readonly conversationId: string }, isTyping: boolean): void;
  /** Calls back for those who are typing now and then for each change; returns how to stop that. */
  follow(conversationId: string, listener: TypingListener): () => void;
}

type TypingListener = (userId: string, isTyping: boolean) => void;

interface Room {
  readonly listeners: Set<TypingListener>;
  /** Those who are typing, with the timer that forgets them. */
  readonly typists: Map<string, NodeJS.Timeout>;
  readonly stop: () => void;
}

interface Told {
  isTyping: boolean;
  readonly atMs: number;
  timer: NodeJS.Timeout | null;
}

const forgetMs = 6_000;
const coalesceMs = 1_000;
const typistsMax = 1_000;
const toldMax = 50_000;

export function createTyping(bus: SignalBus): Typing {
  const rooms = new Map<string, Room>();
  const told = new LRUCache<string, Told>({
    max: toldMax,
    ttl: forgetMs,
    dispose: ({ timer }) => clearTimeout(timer ?? undefined),
  });

  function tell(
    typist: { readonly userId: string; readonly conversationId: string },
    isTyping: boolean,
  ): void {
    const { userId, conversationId } = typist;
    told.set(`${userId}/${conversationId}`, { isTyping, atMs: performance.now(), timer: null });
    const body = { $case: 'typing', value: { conversationId, typing: isTyping } } as const;
    void bus.publish({ kind: 'typing', key: conversationId }, { userId, occurredAtMs: Date.now(), body });
  }

  function open(conversationId: string): Room {
    const room: Room = {
      listeners: new Set(),
      typists: new Map(),
      stop: bus.listen({ kind: 'typing', key: conversationId }, ({ userId, body }, ageMs) => {
        if (body?.$case === 'typing' && ageMs < forgetMs) note(room, userId, body.value.typing);
      }),
    };
    rooms.set(conversationId, room);
    return room;
  }

  return {
    set(typist, isTyping) {
      const last = told.get(`${typist.userId}/${typist.conversationId}`);
      const waitMs = last === undefined ? 0 : last.atMs + coalesceMs - performance.now();
      if (last === undefined || waitMs <= 0) return tell(typist, isTyping);
      clearTimeout(last.timer ?? undefined);
      last.timer = null;
      // Only a change is worth telling later; the others know the rest.
      if (last.isTyping !== isTyping) last.timer = setTimeout(() => tell(typist, isTyping), waitMs).unref();
    },
    follow(conversationId, listener) {
      const room = rooms.get(conversationId) ?? open(conversationId);
      room.listeners.add(listener);
      for (const userId of room.typists.keys()) listener(userId, true);
      return () => {
        room.listeners.delete(listener);
        if (room.listeners.size > 0 || rooms.get(conversationId) !== room) return;
        rooms.delete(conversationId);
        close(room);
      };
    },
    [Symbol.dispose]() {
      for (const room of rooms.values()) close(room);
      rooms.clear();
      told.clear();
    },
  };
}

function note(room: Room, userId: string, isTyping: boolean): void {
  const timer = room.typists.get(userId);
  clearTimeout(timer);
  if (isTyping && (timer !== undefined || room.typists.size < typistsMax)) {
    room.typists.set(userId, setTimeout(() => note(room, userId, false), forgetMs).unref());
  } else room.typists.delete(userId);
  if (room.typists.has(userId) === (timer !== undefined)) return;
  for (const listener of room.listeners) listener(userId, isTyping);
}

function close(room: Room): void {
  room.stop();
  for (const timer of room.typists.values()) clearTimeout(timer);
}
