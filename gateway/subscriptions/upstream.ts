/**
 * LIVE 2/2: the gateway's side of the sockets to one subgraph: one graphql-transport-ws connection per copy, shared by every subscription, opened on
 * first use. Called by subscribe.ts, speaks to platform/subgraph/websocket.ts or any other graphql-ws server.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import type { Client, SubscribePayload } from 'graphql-ws';
import { createClient, MessageType } from 'graphql-ws';
import { WebSocket } from 'ws';
import { badUserInput } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { TakenEvents } from '#platform/subgraph/event-window.ts';
import type { ErrorCode } from '#schema/errors.ts';
import type { UpstreamResult } from './execute-event.ts';

export interface UpstreamOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** `Bearer …` of the user, verified by the subgraph for each operation. */
  readonly authorization: string;
}

/** Hears of one operation: any number of `next`, then exactly one of the others, unless it was stopped. */
export interface UpstreamSink {
  next(result: UpstreamResult, bytes: number): void;
  complete(): void;
  /** The subgraph ended the operation. */
  error(errors: readonly GraphQLFormattedError[]): void;
  /** The connection broke after events had come; more of them may exist. */
  lost(): void;
  /** No copy could be reached in time. */
  unavailable(): void;
}

export interface RunningOperation {
  /** Nothing is heard of it from now on. */
  stop(): void;
  /** One more of its events has gone on to the client. The subgraph sends only so many ahead of that. */
  noteTaken(): void;
}

export interface Upstream extends AsyncDisposable {
  /** Starts the operation at one of the copies. */
  subscribe(operation: UpstreamOperation, sink: UpstreamSink): RunningOperation;
}

export interface UpstreamOptions {
  readonly name: string;
  /** Copies of the subgraph: URLs of its /graphql, with http or https. */
  readonly urls: readonly string[];
  readonly internalKey: string;
  readonly logger: Logger;
}

interface Copy {
  readonly client: Client;
  /** What runs there; each is told when the connection ends, whatever the close code says. */
  readonly running: Set<() => void>;
  /** Size of the message that is being delivered. */
  messageBytes: number;
  /** Id for each operation, so that more can be said about it than the client library does. */
  readonly ids: WeakMap<SubscribePayload, string>;
  /** The last one opened. */
  socket: WebSocket | null;
}

/** A copy that is silent is given up, and its streams go on elsewhere, within the sum of both. */
const heartbeatMs = 5_000;
const pongWaitMs = 3_000;
/** For the upgrade, and again for connection_ack. */
const openWaitMs = 3_000;
/** Of one event. Many clients share the connection, so what one of them asks for must never be what ends it. */
const messageBytesMax = 16 * 1024 * 1024;
/** Of one operation with its token; below the FRAME_BYTES_MAX of subgraphs, which close the connection over it. */
const operationBytesMax = 512 * 1024;
const idleMs = 5_000;
/** Of one operation, between the subgraph and the client; told of in portions, for each is a message. */
const eventsUnderWayMax = 100;
const takenPortion = 25;
/** A copy that restarts is back within this time; waiting for it is better than an error that clients take as final. */
const openDeadlineMs = 10_000;
const retryMs = 250;

const nothingRuns: RunningOperation = { stop: () => undefined, noteTaken: () => undefined };

/** Connects to nothing yet. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const copies = options.urls.map((url) => openCopy(url.replace(/^http/, 'ws'), options));
  let turn = 0;
  return {
    subscribe: (operation, sink) => {
      if (Buffer.byteLength(JSON.stringify(operation)) > operationBytesMax) {
        sink.error([badUserInput(`A subscription has at most ${operationBytesMax} bytes.`).toJSON()]);
        return nothingRuns;
      }
      turn = (turn + 1) % copies.length;
      return runOperation({ copies, first: turn, operation, sink });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(copies.map(({ client }) => client.dispose()));
    },
  };
}

function openCopy(url: string, { name, internalKey, logger }: UpstreamOptions): Copy {
  class UpstreamSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, {
        perMessageDeflate: false,
        maxPayload: messageBytesMax,
        handshakeTimeout: openWaitMs,
      });
      this.on('message', (data: Buffer) => {
        copy.messageBytes = data.length;
      });
      copy.socket = this;
    }
  }
  let isConnected = false;
  let pongOverdue: NodeJS.Timeout | undefined;
  const copy: Copy = {
    running: new Set(),
    messageBytes: 0,
    ids: new WeakMap(),
    socket: null,
    client: createClient({
      url,
      webSocketImpl: UpstreamSocket,
      connectionParams: { internalKey },
      keepAlive: heartbeatMs,
      connectionAckWaitTimeout: openWaitMs,
      lazyCloseTimeout: idleMs,
      retryAttempts: 0,
      generateID: (payload) => copy.ids.get(payload) ?? randomUUID(),
      on: {
        connected: () => {
          isConnected = true;
        },
        // The client sends pings but does not mind that nobody answers: it would wait for ever for a copy that hangs.
        ping: (isReceived) => {
          if (!isReceived) pongOverdue = setTimeout(() => copy.client.terminate(), pongWaitMs);
        },
        pong: (isReceived) => {
          if (isReceived) clearTimeout(pongOverdue);
        },
        closed: onClosed,
      },
    }),
  };
  // The client would open a new connection by itself after code 1000, with operations whose cursors are old by then.
  function onClosed(event: unknown): void {
    if (copy.running.size > 0 && isConnected)
      logger.warn({ subgraph: name, url, ...describeClose(event) }, 'an upstream connection ended');
    isConnected = false;
    clearTimeout(pongOverdue);
    for (const end of [...copy.running]) end();
  }
  return copy;
}

interface Run {
  readonly copies: readonly Copy[];
  readonly first: number;
  readonly operation: UpstreamOperation;
  readonly sink: UpstreamSink;
}

/** Tries copy after copy until one delivers; from then on a broken connection is the end. */
function runOperation({ copies, first, operation, sink }: Run): RunningOperation {
  const giveUpAt = performance.now() + openDeadlineMs;
  const stopped = new AbortController();
  let attempt = first;
  let current = nothingRuns;
  let hasDelivered = false;

  const settle = (report: () => void): void => {
    if (stopped.signal.aborted) return;
    stopped.abort();
    report();
  };
  const onBroken = (): void => {
    if (stopped.signal.aborted) return;
    if (hasDelivered) settle(sink.lost);
    else if (performance.now() > giveUpAt) settle(sink.unavailable);
    else void retry();
  };
  const retry = async (): Promise<void> => {
    attempt += 1;
    // Copies are tried at once, rounds of all copies with a pause in between.
    if ((attempt - first) % copies.length === 0) await delay(retryMs);
    if (!stopped.signal.aborted) start();
  };
  const start = (): void => {
    current = startAt(copies[attempt % copies.length] as Copy, operation, {
      next: (result, bytes) => {
        hasDelivered = true;
        if (!stopped.signal.aborted) sink.next(result, bytes);
      },
      complete: () => settle(sink.complete),
      error: (errors) => settle(() => sink.error(errors)),
      broken: onBroken,
    });
  };
  start();
  return {
    stop: () => {
      stopped.abort();
      current.stop();
    },
    noteTaken: () => current.noteTaken(),
  };
}

type Attempt = Pick<UpstreamSink, 'next' | 'complete' | 'error'> & { broken(): void };

function startAt(
  copy: Copy,
  { query, variables, authorization }: UpstreamOperation,
  attempt: Attempt,
): RunningOperation {
  let isOver = false;
  let taken = 0;
  const finish = (report: () => void): void => {
    if (isOver) return;
    isOver = true;
    copy.running.delete(onConnectionEnd);
    report();
  };
  const onConnectionEnd = (): void => {
    finish(attempt.broken);
    stop();
  };
  copy.running.add(onConnectionEnd);
  const payload: SubscribePayload = { query, variables, extensions: { authorization, eventsUnderWayMax } };
  const operationId = randomUUID();
  copy.ids.set(payload, operationId);
  const stop = copy.client.subscribe<Record<string, unknown>>(payload, {
    next: (result) => {
      if (!isOver) attempt.next(result as UpstreamResult, copy.messageBytes);
    },
    complete: () => finish(attempt.complete),
    error: (cause) => finish(() => (isRefusal(cause) ? attempt.error(cause) : attempt.broken())),
  });
  return {
    stop: () => {
      finish(() => undefined);
      stop();
    },
    noteTaken: () => {
      taken += 1;
      if (taken < takenPortion || isOver || copy.socket?.readyState !== WebSocket.OPEN) return;
      const payload: TakenEvents = { operationId, taken };
      taken = 0;
      copy.socket.send(JSON.stringify({ type: MessageType.Pong, payload }));
    },
  };
}

/** What the subgraph says of the operation itself. A copy that is not ready yet is as good as one that can't be reached. */
function isRefusal(cause: unknown): cause is readonly GraphQLFormattedError[] {
  if (!Array.isArray(cause)) return false;
  const [first] = cause as readonly GraphQLFormattedError[];
  return first?.extensions?.code !== ('SERVICE_UNAVAILABLE' satisfies ErrorCode);
}

function describeClose(event: unknown): { closeCode?: unknown; reason?: unknown } {
  return typeof event === 'object' && event !== null && 'code' in event && 'reason' in event
    ? { closeCode: event.code, reason: event.reason }
    : {};
}
