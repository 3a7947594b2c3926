/**
 * LIVE, the client's end over HTTP: one response that stays open, with one operation or many. Made by http-streams.ts; each of its operations is a
 * client-operation.ts.
 */
import type { ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import { createGraphQLError, toGraphQLError } from '#platform/graphql-errors.ts';
import { WriteProgress } from '#platform/write-progress.ts';
import { closeCodes } from '#schema/errors.ts';
import type { OperationParts, OperationPeer } from './client-operation.ts';
import { ClientOperation } from './client-operation.ts';
import type { GatewayConfig } from './config.ts';
import type { ClientConnection } from './connections.ts';
import type { MutationTurns } from './mutation-turns.ts';
import { createMutationTurns } from './mutation-turns.ts';
import type { OperationRequest } from './operations.ts';
import { resumeInTurn } from './resume-in-turn.ts';
import { endOnceRead, isReadingTooSlowly } from './slow-reading.ts';
import type { StreamFormat } from './stream-formats.ts';
import type { GatewayContext } from './viewer.ts';

export interface HttpStreamOptions {
  readonly context: GatewayContext;
  readonly parts: OperationParts;
  readonly config: GatewayConfig;
  readonly format: StreamFormat;
  /** Ends with its only operation. */
  readonly isDistinct: boolean;
  /** Told once, when the response is over. */
  readonly onClosed: () => void;
}

/** For the rest of an answer, and for the last words of a stream that the client goes on with elsewhere. */
const stalledEndMs = { answered: 20_000, closed: 2_000 };

export class HttpStream implements ClientConnection, OperationPeer {
  readonly parts: OperationParts;
  readonly context: GatewayContext;
  readonly mutations: MutationTurns;
  readonly #options: HttpStreamOptions;
  readonly #operations = new Map<string, ClientOperation>();
  #response: ServerResponse | null = null;
  #heartbeat: NodeJS.Timeout | undefined;
  #heldBytes = 0;
  #turn = 0;
  readonly #progress = new WriteProgress();
  #isOver = false;

  constructor(options: HttpStreamOptions) {
    this.#options = options;
    this.parts = options.parts;
    this.context = options.context;
    this.mutations = createMutationTurns(options.config.subgraphTimeoutMs);
  }

  get isOpen(): boolean {
    return this.#response !== null && !this.#isOver;
  }

  has(id: string): boolean {
    return this.#operations.has(id);
  }

  get operationsCount(): number {
    return this.#operations.size;
  }

  /** From now on results are written. */
  open(response: ServerResponse): void {
    const { format, config } = this.#options;
    // It went away while it was looked at.
    if (response.destroyed) {
      this.#end();
      return;
    }
    this.#response = response;
    response.writeHead(200, {
      'content-type': format.contentType,
      'cache-control': 'no-cache, no-store',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
    });
    response.write(format.opening);
    response.on('drain', () => this.#drained());
    response.on('error', () => this.#end());
    response.once('close', () => this.#end());
    this.#heartbeat = setInterval(() => {
      if (this.isReady) response.write(format.heartbeat);
    }, config.streamHeartbeatMs);
    this.#drained();
  }

  /** What is wrong with an operation, before it is started; null when it may be. */
  findRefusal(request: OperationRequest): readonly GraphQLFormattedError[] | null {
    const { operations, formatError } = this.parts;
    try {
      const prepared = operations.prepare(request, this.context.identity);
      if (prepared.kind !== 'refused') return null;
      return prepared.errors.map((error) => formatError(error.toJSON(), error));
    } catch (error) {
      const known = toGraphQLError(error);
      return [formatError(known.toJSON(), known)];
    }
  }

  start(id: string, request: OperationRequest): void {
    const operation = new ClientOperation(id, request, this);
    this.#operations.set(id, operation);
    operation.start();
  }

  stop(id: string): void {
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    operation?.stop();
  }

  get isReady(): boolean {
    return this.#response?.writableNeedDrain === false;
  }

  requireReading(): boolean {
    const socket = this.#response?.socket ?? null;
    const backlog = {
      unsentBytes: this.#response?.writableLength ?? 0,
      stalledMs: socket === null ? 0 : this.#progress.stalledMs(socket),
    };
    const { socketBufferBytesMax } = this.#options.config;
    if (!this.#isOver && !isReadingTooSlowly(backlog, socketBufferBytesMax)) return true;
    this.interrupted();
    return false;
  }

  next(operation: ClientOperation, body: Buffer): void {
    const response = this.#response;
    if (response === null) return;
    const { before, after } = this.#options.format.frame(operation.id);
    // In one piece: a response that is corked by hand forgets to say that it was drained.
    const isTaken = response.write(Buffer.concat([Buffer.from(before), body, Buffer.from(after)]));
    if (!isTaken && response.socket !== null) this.#progress.noteWaiting(response.socket);
  }

  complete(operation: ClientOperation): void {
    this.#finish(operation, this.#options.format.complete(operation.id));
  }

  error(operation: ClientOperation, errors: readonly GraphQLFormattedError[]): void {
    this.#finish(operation, this.#options.format.error(operation.id, errors));
  }

  /** Cut without a word, which clients take for a reason to come back. */
  interrupted(): void {
    this.#response?.destroy();
    this.#end();
  }

  hold(bytes: number): boolean {
    this.#heldBytes += bytes;
    return this.#heldBytes <= this.#options.config.subscriptionQueueBytesMax;
  }

  /** Only the end of a session is final; it is said to each operation. */
  close(code: number, reason: string): void {
    if (code === closeCodes.unauthenticated) {
      const error = createGraphQLError('UNAUTHENTICATED', reason).toJSON();
      for (const operation of [...this.#operations.values()]) {
        operation.stop();
        this.error(operation, [error]);
      }
    }
    this.#finishResponse(stalledEndMs.closed);
    this.#end();
  }

  #finishResponse(stalledMs: number): void {
    const response = this.#response;
    if (response === null || response.writableEnded) return;
    clearInterval(this.#heartbeat);
    endOnceRead(response, stalledMs);
  }

  #finish(operation: ClientOperation, text: string): void {
    if (this.#operations.get(operation.id) !== operation) return;
    this.#operations.delete(operation.id);
    this.#response?.write(text);
    if (this.#options.isDistinct) this.#finishResponse(stalledEndMs.answered);
  }

  #drained(): void {
    this.#progress.noteTaken();
    this.#turn = resumeInTurn(this.#operations.values(), this.#turn, () => this.isReady);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#heartbeat);
    for (const operation of this.#operations.values()) operation.stop();
    this.#operations.clear();
    this.#options.onClosed();
  }
}
