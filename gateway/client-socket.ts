/**
 * LIVE, the client's end: one WebSocket of a client: its identity, its budget of messages, and how much may wait for it. Made by websocket.ts; each of
 * its operations is a client-operation.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { Payload } from '#platform/transport-ws/connection.ts';
import { Connection } from '#platform/transport-ws/connection.ts';
import type { SocketWriter } from '#platform/transport-ws/socket-writer.ts';
import { closeCodes } from '#schema/errors.ts';
import type { Admission } from './admission.ts';
import type { OperationParts, OperationPeer } from './client-operation.ts';
import { ClientOperation } from './client-operation.ts';
import type { GatewayConfig } from './config.ts';
import type { ClientConnection } from './connections.ts';
import type { MessageBudget } from './message-budget.ts';
import { createMessageBudget } from './message-budget.ts';
import type { MutationTurns } from './mutation-turns.ts';
import { createMutationTurns } from './mutation-turns.ts';
import { resumeInTurn } from './resume-in-turn.ts';
import { isReadingTooSlowly } from './slow-reading.ts';
import type { Interruption } from './subscriptions/subscription.ts';
import type { Client, GatewayContext, Identity } from './viewer.ts';
import { readInitAuthorization } from './viewer.ts';

/** What all sockets share. */
export interface ClientSocketParts extends OperationParts {
  readonly config: GatewayConfig;
  readonly admission: Admission;
  readonly logger: Logger;
}

export interface Accepted {
  readonly writer: SocketWriter;
  readonly client: Client;
  /** Of the upgrade. */
  readonly authorization: string | undefined;
}

const terminateAfterMs = 2_000;

export class ClientSocket implements ClientConnection, OperationPeer {
  readonly writer: SocketWriter;
  readonly parts: ClientSocketParts;
  readonly mutations: MutationTurns;
  readonly #accepted: Accepted;
  readonly #budget: MessageBudget;
  readonly #connection: Connection<ClientOperation>;
  #context: GatewayContext;
  #heldBytes = 0;
  #turn = 0;

  constructor(accepted: Accepted, parts: ClientSocketParts) {
    const { config } = parts;
    this.#accepted = accepted;
    this.writer = accepted.writer;
    this.parts = parts;
    this.mutations = createMutationTurns(config.subgraphTimeoutMs);
    this.#context = { identity: { kind: 'anonymous' }, client: accepted.client };
    this.#budget = createMessageBudget({
      perSecondMax: config.socketMessagesPerSecondMax,
      burst: config.socketOperationsMax,
    });
    this.#connection = new Connection({
      writer: accepted.writer,
      initWaitMs: config.connectionInitWaitMs,
      operationsMax: config.socketOperationsMax,
      init: (payload) => this.#init(payload),
      subscribe: (id, payload) => {
        const document = parts.documents.resolve(payload);
        return new ClientOperation(id, { ...payload, document }, this);
      },
      refusal: () => {
        const message = `A socket may run ${config.socketOperationsMax} operations at a time.`;
        return createGraphQLError('RATE_LIMITED', message, { retryAfterMs: 1_000 }).toJSON();
      },
      ping: (payload) => this.#ping(payload),
    });
    accepted.writer.onDrain = () => this.#drained();
  }

  /** Who is asking, for a new operation. */
  get context(): GatewayContext {
    return this.#context;
  }

  get isReady(): boolean {
    return !this.writer.isFull;
  }

  next(operation: ClientOperation, body: Buffer): void {
    this.writer.sendWith(`{"id":${JSON.stringify(operation.id)},"type":"next","payload":`, body);
  }

  complete(operation: ClientOperation): void {
    this.#connection.complete(operation);
  }

  error(operation: ClientOperation, errors: readonly GraphQLFormattedError[]): void {
    this.#connection.error(operation, errors);
  }

  interrupted(reason: Interruption): void {
    this.close(toCloseCode(reason), reason);
  }

  receive(text: string): void {
    if (!this.#budget.take()) {
      this.close(closeCodes.overloaded, 'Too many messages');
      return;
    }
    this.#connection.receive(text);
  }

  close(code: number, reason: string): void {
    const { socket } = this.writer;
    if (socket.readyState !== socket.OPEN) return;
    this.#connection.close(code, reason);
    // A client that does not answer is cut off, with all that is buffered for it.
    const cutting = setTimeout(() => socket.terminate(), terminateAfterMs);
    socket.once('close', () => clearTimeout(cutting));
  }

  /** The socket is gone. */
  closed(): void {
    this.#connection.closed();
  }

  /** So many more bytes of results wait, or fewer; false when that is too much. */
  hold(bytes: number): boolean {
    this.#heldBytes += bytes;
    return this.#heldBytes <= this.parts.config.subscriptionQueueBytesMax;
  }

  /** Before an answer that can't wait. */
  requireReading(): boolean {
    if (!isReadingTooSlowly(this.writer, this.parts.config.socketBufferBytesMax)) return true;
    this.close(closeCodes.overloaded, 'Reading too slowly');
    return false;
  }

  #drained(): void {
    this.#turn = resumeInTurn(this.#connection.operations(), this.#turn, () => !this.writer.isFull);
  }

  async #init(payload: Payload): Promise<Payload | null> {
    const authorization = readInitAuthorization(payload) ?? this.#accepted.authorization;
    const identity = await this.parts.admission.admit(this, authorization);
    if (identity === null) return null;
    this.#identify(identity);
    return {};
  }

  /** A ping that brings a newer token renews the connection; any other is answered with what it brought. */
  async #ping(payload: Payload): Promise<Payload> {
    const authorization = readInitAuthorization(payload);
    if (authorization === undefined) return payload;
    const { identity: before } = this.#context;
    const identity = await this.parts.admission.renew(this, authorization, before);
    if (identity === null) return {};
    if (before.kind === 'viewer' && identity.viewer.expiresAtMs > before.viewer.expiresAtMs) {
      this.#identify(identity);
      for (const operation of this.#connection.operations()) operation.renew();
    }
    return { expiresAt: new Date(identity.viewer.expiresAtMs).toISOString() };
  }

  #identify(identity: Identity): void {
    this.#context = { identity, client: this.#accepted.client };
  }
}

function toCloseCode(reason: Interruption): number {
  return reason === 'upstream lost' ? closeCodes.restarting : closeCodes.overloaded;
}
