/**
 * Presence across chat copies: each announces the viewers whose streams it holds and listens to all. Called
 * by live/viewer-streams.ts and Subscription.presence.
 */
import { randomUUID } from 'node:crypto';
import { PresenceStatus } from '#schema/generated/signals.ts';
import type { Presence } from './presence-table.ts';
import { PresenceTable } from './presence-table.ts';
import type { SignalBus } from './signal-bus.ts';

type PresenceListener = (userId: string, presence: Presence) => void;

export interface PresenceBoard extends AsyncDisposable {
  /** The user has one stream more in this process; returns what to call when it has ended. */
  arrive(userId: string): () => void;
  /** Calls back for each of them as it is now and then for each change; returns how to stop that. */
  follow(userIds: readonly string[], listener: PresenceListener): () => void;
}

/**
 * How long a user is held to be there after the last word of a copy; also how much of the past a new copy
 * listens to.
 */
export const presenceUnseenMs = 45_000;
const announceMs = 20_000;
const sweepMs = 5_000;
/** Who comes back within it was not away. */
const graceMs = 2_000;
const rowsMax = 200_000;
const farewellMs = 1_000;
const channel = { kind: 'presence', key: 'all' } as const;

export function createPresenceBoard(bus: SignalBus): PresenceBoard {
  return new Board(bus);
}

class Board implements PresenceBoard {
  readonly #bus: SignalBus;
  readonly #copyId = randomUUID();
  readonly #table = new PresenceTable({ unseenMs: presenceUnseenMs, rowsMax });
  readonly #streams = new Map<string, number>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #listeners = new Map<string, Set<PresenceListener>>();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #stopListening: () => void;

  constructor(bus: SignalBus) {
    this.#bus = bus;
    this.#stopListening = bus.listen(channel, ({ userId, body }, ageMs) => {
      if (body?.$case !== 'presence') return;
      const { copyId, status } = body.value;
      const isOnline = status === PresenceStatus.ONLINE && ageMs < presenceUnseenMs;
      const changed = this.#table.note({ userId, copyId, isOnline, atMs: Date.now() - ageMs });
      if (changed !== null) this.#tell(userId, changed);
    });
    this.#timers = [
      setInterval(() => this.#announceAll(), announceMs).unref(),
      setInterval(() => this.#sweep(), sweepMs).unref(),
    ];
  }

  arrive(userId: string): () => void {
    const streams = this.#streams.get(userId) ?? 0;
    this.#streams.set(userId, streams + 1);
    if (streams === 0) this.#enter(userId);
    return () => {
      const left = (this.#streams.get(userId) ?? 1) - 1;
      if (left > 0) this.#streams.set(userId, left);
      else this.#leave(userId);
    };
  }

  follow(userIds: readonly string[], listener: PresenceListener): () => void {
    for (const userId of userIds) {
      const listeners = this.#listeners.get(userId) ?? new Set();
      this.#listeners.set(userId, listeners.add(listener));
      listener(userId, this.#table.get(userId));
    }
    return () => {
      for (const userId of userIds) {
        const listeners = this.#listeners.get(userId);
        if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(userId);
      }
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of [...this.#timers, ...this.#leaving.values()]) clearTimeout(timer);
    this.#stopListening();
    const farewells = [...this.#streams.keys(), ...this.#leaving.keys()].map((userId) =>
      this.#announce(userId, false),
    );
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, farewellMs);
    await Promise.race([Promise.all(farewells), late.promise]);
    clearTimeout(timer);
  }

  #enter(userId: string): void {
    const leaving = this.#leaving.get(userId);
    clearTimeout(leaving);
    this.#leaving.delete(userId);
    if (leaving === undefined) void this.#announce(userId, true);
  }

  #leave(userId: string): void {
    this.#streams.delete(userId);
    const timer = setTimeout(() => {
      this.#leaving.delete(userId);
      void this.#announce(userId, false);
    }, graceMs);
    this.#leaving.set(userId, timer.unref());
  }

  #announceAll(): void {
    for (const userId of this.#streams.keys()) void this.#announce(userId, true);
  }

  #announce(userId: string, isOnline: boolean): Promise<void> {
    const status = isOnline ? PresenceStatus.ONLINE : PresenceStatus.OFFLINE;
    const body = { $case: 'presence', value: { status, copyId: this.#copyId } } as const;
    return this.#bus.publish(channel, { userId, occurredAtMs: Date.now(), body });
  }

  #sweep(): void {
    for (const [userId, presence] of this.#table.expire(Date.now())) this.#tell(userId, presence);
  }

  #tell(userId: string, presence: Presence): void {
    for (const listener of this.#listeners.get(userId) ?? []) listener(userId, presence);
  }
}
