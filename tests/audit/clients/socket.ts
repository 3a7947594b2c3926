/**
 * A graphql-transport-ws client that shows every message and may also send what no client would. It answers pings. Used by all cases over WebSocket.
 * Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
import WebSocket from 'ws';
import { until } from '../until.ts';
import type { End, Payload, Result, ResultError } from './result.ts';
import { describeEnd, shorten } from './result.ts';
import type { Target } from './target.ts';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Close {
  readonly code: number;
  readonly reason: string;
}

export interface SocketOptions {
  /** Sent as a header of the upgrade; null for none. */
  readonly authorization: string | null;
  readonly protocols?: readonly string[];
}

/** One operation of a socket. */
export interface Operation {
  readonly id: string;
  readonly results: readonly Result[];
  /** What came for it after its end; must stay empty. */
  readonly late: readonly Message[];
  /** Null while it runs. */
  readonly end: End | null;
  /** The result of this number, from 1; rejects when the operation ends before, or after `timeoutMs`. */
  result(number?: number, timeoutMs?: number): Promise<Result>;
  /** Resolves with the end; rejects after `timeoutMs`. */
  ended(timeoutMs?: number): Promise<End>;
  /** `complete` from the client. */
  stop(): void;
}

const waitMs = 5_000;

export class AuditSocket {
  readonly #socket: WebSocket;
  readonly #operations = new Map<string, RunningOperation>();
  readonly messages: Message[] = [];
  /** Null while it is open. */
  close: Close | null = null;
  #ids = 0;

  /** Use `openSocket`. */
  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Message));
    socket.once('close', (code, reason) => {
      this.close = { code, reason: String(reason) };
      for (const operation of this.#operations.values()) operation.finish({ kind: 'closed', ...this.close });
    });
    socket.on('error', () => socket.terminate());
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** An object as JSON, anything else as it is. */
  send(message: object | string): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** connection_init and its answer. */
  async init(payload: object | null): Promise<void> {
    this.send({ type: 'connection_init', ...(payload === null ? {} : { payload }) });
    await this.received('connection_ack');
  }

  /** `subscribe`, with an id of its own unless given. */
  start(payload: Payload, id?: string): Operation {
    this.#ids += 1;
    const operation = new RunningOperation(id ?? `operation-${this.#ids}`, (message) => this.send(message));
    this.#operations.set(operation.id, operation);
    this.send({ type: 'subscribe', id: operation.id, payload });
    return operation;
  }

  /** The first message of a type; rejects when the socket closes before, or after `timeoutMs`. */
  async received(type: string, timeoutMs = waitMs): Promise<Message> {
    const find = () => this.messages.find((message) => message.type === type);
    await until(`a message ${type}`, () => find() !== undefined || this.close !== null, timeoutMs);
    const found = find();
    if (found === undefined)
      throw new Error(`no ${type} but ${describeEnd({ kind: 'closed', ...this.#closed() })}`);
    return found;
  }

  /** Close code and reason; rejects after `timeoutMs`. */
  async closed(timeoutMs = waitMs): Promise<Close> {
    await until(
      () => `the socket to be closed; got ${shorten(this.messages)}`,
      () => this.close !== null,
      timeoutMs,
    );
    return this.#closed();
  }

  /** Reads nothing from the connection until it is resumed. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Resets the connection, as a network would. */
  terminate(): void {
    this.#socket.terminate();
  }

  [Symbol.dispose](): void {
    this.#socket.resume();
    this.#socket.close();
    setTimeout(() => this.#socket.terminate(), 1_000).unref();
  }

  #closed(): Close {
    return this.close ?? { code: 0, reason: 'still open' };
  }

  #receive(message: Message): void {
    this.messages.push(message);
    if (message.type === 'ping') this.send({ type: 'pong' });
    if (message.id !== undefined) this.#operations.get(message.id)?.receive(message);
  }
}

class RunningOperation implements Operation {
  readonly id: string;
  readonly results: Result[] = [];
  readonly late: Message[] = [];
  end: End | null = null;
  readonly #send: (message: object) => void;

  constructor(id: string, send: (message: object) => void) {
    this.id = id;
    this.#send = send;
  }

  receive(message: Message): void {
    if (this.end !== null) this.late.push(message);
    else if (message.type === 'next') this.results.push(message.payload as Result);
    else if (message.type === 'complete') this.end = { kind: 'complete' };
    else if (message.type === 'error')
      this.end = { kind: 'error', errors: message.payload as readonly ResultError[] };
  }

  finish(end: End): void {
    this.end ??= end;
  }

  async result(number = 1, timeoutMs = waitMs): Promise<Result> {
    await until(
      () => `result ${number}; got ${this.results.length}`,
      () => this.results.length >= number || this.end !== null,
      timeoutMs,
    );
    const result = this.results[number - 1];
    if (result === undefined)
      throw new Error(`no result ${number} but ${describeEnd(this.end)}, after ${shorten(this.results)}`);
    return result;
  }

  async ended(timeoutMs = waitMs): Promise<End> {
    await until('the operation to end', () => this.end !== null, timeoutMs);
    return this.end ?? { kind: 'complete' };
  }

  stop(): void {
    this.#send({ type: 'complete', id: this.id });
    this.finish({ kind: 'complete' });
  }
}

/** Open, but not yet initialised. Rejects when the upgrade is refused. */
export function openSocket(target: Target, options: SocketOptions): Promise<AuditSocket> {
  const { authorization, protocols = ['graphql-transport-ws'] } = options;
  const headers = authorization === null ? {} : { authorization };
  const socket = new WebSocket(target.wsUrl, [...protocols], { headers, perMessageDeflate: false });
  const opened = new AuditSocket(socket);
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(opened));
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed with ${code} before it was open`)));
  });
}
