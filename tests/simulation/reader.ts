/**
 * A client that follows a conversation or its inbox: it resumes from its last cursor on the other copy of chat whenever its subscription
 * ends, begins anew at the top when it is told to resync, and takes items at its own pace.
 */
import type { InboxPosition } from '#schema/cursors.ts';
import { formatInboxCursor, parseInboxCursor } from '#schema/cursors.ts';
import type { StreamItem } from '../../subgraphs/chat/live/event-stream.ts';
import type { ChatCopy, Connection } from './chat-copy.ts';
import type { Cluster } from './cluster.ts';
import type { Arrival, Cursor, ReaderHistory, Session } from './history.ts';
import { isStored } from './history.ts';
import type { Subscriber } from './parts.ts';

export interface ReaderOptions extends Subscriber {
  readonly name: string;
  readonly cluster: Cluster;
  readonly findCopy: (turn: number) => ChatCopy;
  /** Of its buffer in chat. */
  readonly eventsMax: number;
}

const paceMs = 1;
const reconnectFirstMs = 150;
const reconnectLastMs = 2_400;
const bufferBytesMax = 100_000;

export class Reader {
  readonly history: ReaderHistory;
  readonly #options: ReaderOptions;
  #connection: Connection | null = null;
  #cursor: Cursor | null = null;
  #isShutOut = false;
  #paceMs = paceMs;
  #turn: number;
  #reconnectMs = reconnectFirstMs;

  constructor(options: ReaderOptions, turn: number) {
    const { name, viewerId, conversationId } = options;
    this.#options = options;
    this.#turn = turn;
    this.history = { name, viewerId, conversationId, sessions: [] };
  }

  /** Null: it has not been told yet, or it begins anew. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /** Not a member any more, as it was told. */
  get isShutOut(): boolean {
    return this.#isShutOut;
  }

  /** With the cursor that it has, on the next copy. */
  connect(): void {
    if (this.#connection !== null) return;
    const { cluster, findCopy, viewerId, conversationId, eventsMax } = this.#options;
    this.#isShutOut = false;
    this.#turn += 1;
    const after = this.#resumeFrom();
    const session: Session = { openedAtMs: cluster.clock.now(), after, arrivals: [], end: null };
    this.history.sessions.push(session);
    const limits = { eventsMax, bytesMax: bufferBytesMax };
    const connection = findCopy(this.#turn).subscribe(
      { viewerId, conversationId, after, limits },
      {
        onItem: (item) => (this.#connection === connection ? this.#receive(item, session) : undefined),
        onEnd: (code) => (this.#connection === connection ? this.#end(code, session) : undefined),
      },
    );
    this.#connection = connection;
    connection.take();
  }

  /** Its socket breaks; what is on the way to it is lost. It comes back after `awayMs`. */
  cut(awayMs: number): void {
    const connection = this.#connection;
    const session = this.history.sessions.at(-1);
    if (connection === null || session === undefined) return;
    connection.close();
    this.#reconnectMs = awayMs;
    this.#end('CONNECTION_LOST', session);
  }

  /** Takes an item each `ms` from now on; null as fast as it can. */
  setPace(ms: number | null): void {
    this.#paceMs = ms ?? paceMs;
  }

  #receive(item: StreamItem, session: Session): void {
    const { clock, store } = this.#options.cluster;
    const wasStored = item.kind === 'event' && isStored(store.tables, item.event);
    const arrival: Arrival = { atMs: clock.now(), item, wasStored };
    session.arrivals.push(arrival);
    this.#reconnectMs = reconnectFirstMs;
    this.#cursor =
      item.kind === 'resyncRequired' ? null : { logEpoch: item.logEpoch, position: item.position };
    const connection = this.#connection;
    clock.after(this.#paceMs, () => connection?.take());
  }

  #end(code: string | null, session: Session): void {
    const { clock } = this.#options.cluster;
    session.end = { atMs: clock.now(), code };
    this.#connection = null;
    this.#isShutOut = code === 'FORBIDDEN';
    if (!this.#isShutOut) clock.after(this.#reconnectMs, () => this.connect());
    this.#reconnectMs = Math.min(reconnectLastMs, 2 * this.#reconnectMs);
  }

  /** An inbox's cursor as it comes back from a client. */
  #resumeFrom(): Cursor | null {
    const cursor = this.#cursor;
    if (cursor === null || this.#options.conversationId !== null) return cursor;
    const position: InboxPosition = { logEpoch: cursor.logEpoch, logSeqs: cursor.position };
    const parsed = parseInboxCursor(formatInboxCursor(position));
    return parsed && { logEpoch: parsed.logEpoch, position: parsed.logSeqs };
  }
}
