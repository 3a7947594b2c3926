/**
 * LIVE 2/2: the gateway's side of one socket to one copy of a subgraph, shared by every subscription there: opened with the first, closed some time after
 * the last. Speaks graphql-transport-ws to any subgraph, and its multicast form to those that know it (platform/subgraph/multicast.ts).
 * Made by upstream.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, MessageType, validateMessage } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TakenEvents } from '#platform/subgraph/event-window.ts';
import { multicastProtocol } from '#platform/subgraph/multicast.ts';
import type { UpstreamResult } from './execute-event.ts';
import type {
  UpstreamCopy,
  UpstreamCopyOptions,
  UpstreamOperation,
  UpstreamTarget,
} from './upstream-copy.ts';
import { eventBytesMax, eventsUnderWayMax } from './upstream-copy.ts';

type Message =
  | { readonly type: 'connection_ack' | 'ping' | 'pong' }
  | {
      readonly type: 'next';
      readonly ids: readonly string[];
      readonly at: number | null;
      readonly payload: UpstreamResult;
    }
  | { readonly type: 'error'; readonly id: string; readonly payload: readonly GraphQLFormattedError[] }
  | { readonly type: 'complete'; readonly id: string };

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'opening' | 'open'; readonly socket: WebSocket; readonly timers: NodeJS.Timeout[] };

/** A copy that is silent is given up, and its streams go on elsewhere, within the sum of both. */
const heartbeatMs = 5_000;
const pongWaitMs = 3_000;
/** For the upgrade, and again for connection_ack. */
const openWaitMs = 3_000;
const idleMs = 5_000;
/** Events that have gone on are told of in portions. */
const takenPortion = 25;

interface Entry<Target> {
  readonly target: Target;
  readonly operation: UpstreamOperation;
  taken: number;
}

export class UpstreamConnection<Target extends UpstreamTarget> implements UpstreamCopy<Target> {
  readonly #options: UpstreamCopyOptions<Target>;
  readonly #entries = new Map<string, Entry<Target>>();
  #state: State = { kind: 'idle' };
  #lastId = 0;
  #taken: Record<string, number> | null = null;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: UpstreamCopyOptions<Target>) {
    this.#options = options;
  }

  get connections(): number {
    return this.#state.kind === 'open' ? 1 : 0;
  }

  subscribe(operation: UpstreamOperation, target: Target): string {
    this.#lastId += 1;
    const id = this.#lastId.toString(36);
    this.#entries.set(id, { target, operation, taken: 0 });
    clearTimeout(this.#idleTimer);
    if (this.#state.kind === 'idle') this.#open();
    else if (this.#state.kind === 'open') this.#sendSubscribe(id, operation);
    return id;
  }

  stop(id: string): void {
    if (!this.#entries.delete(id)) return;
    this.#send({ id, type: MessageType.Complete });
    this.#closeSoon();
  }

  noteTaken(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.taken += 1;
    if (entry.taken < takenPortion) return;
    if (this.#taken === null) {
      this.#taken = {};
      setImmediate(() => this.#tellTaken());
    }
    this.#taken[id] = entry.taken + (this.#taken[id] ?? 0);
    entry.taken = 0;
  }

  dispose(): void {
    clearTimeout(this.#idleTimer);
    this.#close();
  }

  #tellTaken(): void {
    const taken = this.#taken;
    this.#taken = null;
    if (taken !== null) this.#send({ type: MessageType.Pong, payload: { taken } satisfies TakenEvents });
  }

  #open(): void {
    const { url, internalKey } = this.#options;
    const protocols = [multicastProtocol, GRAPHQL_TRANSPORT_WS_PROTOCOL];
    const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, {
      perMessageDeflate: false,
      maxPayload: eventBytesMax,
      handshakeTimeout: openWaitMs,
    });
    const timers = [setTimeout(() => socket.terminate(), 2 * openWaitMs)];
    this.#state = { kind: 'opening', socket, timers };
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: MessageType.ConnectionInit, payload: { internalKey } })),
    );
    socket.on('message', (data: Buffer) => this.#receive(socket, data));
    socket.on('error', (error) => this.#options.logger.debug({ err: error, url }, 'an upstream failed'));
    socket.once('close', (code, reason) => this.#onClosed(socket, { code, reason: String(reason) }));
  }

  #receive(socket: WebSocket, data: Buffer): void {
    if (this.#state.kind === 'idle' || this.#state.socket !== socket) return;
    const message = parse(data);
    if (message === null) {
      this.#options.logger.error({ subgraph: this.#options.name }, 'a subgraph sent what is no message');
      socket.terminate();
      return;
    }
    switch (message.type) {
      case 'connection_ack':
        this.#onAcknowledged(this.#state.socket, this.#state.timers);
        return;
      case 'ping':
        this.#send({ type: MessageType.Pong });
        return;
      case 'pong':
        this.#onPong();
        return;
      case 'next':
        this.#onNext(message);
        return;
      case 'error':
        this.#take(message.id)?.error(message.payload);
        return;
      case 'complete':
        this.#take(message.id)?.complete();
        return;
      default:
        message satisfies never;
        return;
    }
  }

  #onNext({ ids, at, payload }: Message & { type: 'next' }): void {
    const targets: Target[] = [];
    for (const one of ids) {
      const entry = this.#entries.get(one);
      if (entry !== undefined) targets.push(entry.target);
    }
    if (targets.length > 0) this.#options.onEvent(targets, payload, at);
  }

  #onAcknowledged(socket: WebSocket, timers: NodeJS.Timeout[]): void {
    if (this.#state.kind !== 'opening') return;
    clearTimeout(timers.pop());
    this.#state = { kind: 'open', socket, timers };
    timers.push(setInterval(() => this.#beat(socket, timers), heartbeatMs));
    for (const [id, { operation }] of this.#entries) this.#sendSubscribe(id, operation);
  }

  /** The protocol lets a peer be silent, so a copy that hangs is only noticed by asking. */
  #beat(socket: WebSocket, timers: NodeJS.Timeout[]): void {
    this.#send({ type: MessageType.Ping });
    if (timers.length < 2) timers.push(setTimeout(() => socket.terminate(), pongWaitMs));
  }

  #onPong(): void {
    if (this.#state.kind !== 'idle' && this.#state.timers.length > 1) clearTimeout(this.#state.timers.pop());
  }

  #sendSubscribe(id: string, { query, variables, authorization }: UpstreamOperation): void {
    const payload = { query, variables, extensions: { authorization, eventsUnderWayMax } };
    this.#send({ id, type: MessageType.Subscribe, payload });
  }

  #send(message: object): void {
    if (this.#state.kind === 'open' && this.#state.socket.readyState === WebSocket.OPEN)
      this.#state.socket.send(JSON.stringify(message));
  }

  #take(id: string): Target | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    this.#closeSoon();
    return entry?.target;
  }

  #closeSoon(): void {
    if (this.#entries.size > 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#close(), idleMs);
  }

  #onClosed(socket: WebSocket, { code, reason }: { code: number; reason: string }): void {
    const state = this.#state;
    if (state.kind === 'idle' || state.socket !== socket) return;
    const { name, url, logger } = this.#options;
    if (state.kind === 'open' && this.#entries.size > 0)
      logger.warn({ subgraph: name, url, closeCode: code, reason }, 'an upstream connection ended');
    this.#letGo(state.timers);
  }

  #close(): void {
    const state = this.#state;
    if (state.kind === 'idle') return;
    this.#letGo(state.timers);
    state.socket.close(1000);
    setTimeout(() => state.socket.terminate(), pongWaitMs).unref();
  }

  #letGo(timers: readonly NodeJS.Timeout[]): void {
    for (const timer of timers) clearTimeout(timer);
    this.#state = { kind: 'idle' };
    const targets = [...this.#entries.values()].map(({ target }) => target);
    this.#entries.clear();
    for (const target of targets) target.broken();
  }
}

/** Null for what is no message of a server. */
function parse(data: Buffer): Message | null {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'));
    const { ids, at, payload } = (value ?? {}) as { ids?: unknown; at?: unknown; payload?: unknown };
    // The multicast form, which the library does not know.
    if (Array.isArray(ids) && typeof payload === 'object' && payload !== null)
      return { type: 'next', ids, at: typeof at === 'number' ? at : null, payload };
    const message = validateMessage(value);
    switch (message.type) {
      case MessageType.ConnectionAck:
      case MessageType.Ping:
      case MessageType.Pong:
        return { type: message.type };
      case MessageType.Next:
        return {
          ...{ type: message.type, ids: [message.id], at: null },
          payload: message.payload as UpstreamResult,
        };
      case MessageType.Error:
      case MessageType.Complete:
        return message;
      default:
        return null;
    }
  } catch {
    return null;
  }
}
