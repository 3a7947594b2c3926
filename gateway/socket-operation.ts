/**
 * One operation on a client's WebSocket: a query or mutation through Apollo Server, or a subscription of the engine whose results get this operation's
 * id in front of the bytes that all subscribers share. Made by client-socket.ts.
 */
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Running } from '#platform/transport-ws/connection.ts';
import { closeCodes } from '#schema/errors.ts';
import type { ClientSocket } from './client-socket.ts';
import type { PreparedOperation } from './operations.ts';
import type { Asker } from './subscriptions/joint-execution.ts';
import type { Interruption, Sink, Subscription } from './subscriptions/subscription.ts';
import type { GatewayContext } from './viewer.ts';

export class SocketOperation implements Running, Sink {
  readonly id: string;
  readonly #socket: ClientSocket;
  readonly #payload: SubscribePayload;
  readonly #head: string;
  #subscription: Subscription | null = null;
  #isStopped = false;

  constructor(id: string, payload: SubscribePayload, socket: ClientSocket) {
    this.id = id;
    this.#payload = payload;
    this.#socket = socket;
    this.#head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  }

  start(): void {
    const { context, parts } = this.#socket;
    const prepared = this.#prepare();
    if (prepared.kind === 'refused') return this.error(prepared.errors.map((error) => this.#format(error)));
    if (prepared.kind !== 'subscription') return void this.#execute(prepared.kind, context);
    const { plan, variables } = prepared;
    this.#subscription = parts.engine.subscribe({ plan, variables, asker: toAsker(context), sink: this });
  }

  /** The client is not interested any more. */
  stop(): void {
    this.#isStopped = true;
    this.#subscription?.stop();
  }

  /** The socket takes results again. */
  resume(): void {
    this.#subscription?.resume();
  }

  /** The socket has a newer token. */
  renew(): void {
    this.#subscription?.renew(toAsker(this.#socket.context));
  }

  get isReady(): boolean {
    return !this.#socket.writer.isFull;
  }

  next(body: Buffer): void {
    if (!this.#isStopped) this.#socket.writer.sendWith(this.#head, body);
  }

  complete(): void {
    this.#isStopped = true;
    this.#socket.connection.complete(this);
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    this.#isStopped = true;
    this.#socket.connection.error(this, errors);
  }

  /** The client comes back with its cursor, here or elsewhere. */
  interrupted(reason: Interruption): void {
    this.#socket.close(
      reason === 'upstream lost' ? closeCodes.restarting : closeCodes.overloaded,
      reason,
    );
  }

  hold(bytes: number): boolean {
    return this.#socket.hold(bytes);
  }

  #prepare(): PreparedOperation {
    const { context, parts } = this.#socket;
    try {
      return parts.prepare(this.#payload, context.identity);
    } catch (error) {
      return { kind: 'refused', errors: [toGraphQLError(error)] };
    }
  }

  async #execute(kind: 'query' | 'mutation', context: GatewayContext): Promise<void> {
    const { connection, mutations } = this.#socket;
    const run = () => this.#run(context);
    // Those of one socket keep their order (mutation-turns.ts).
    const result = await (kind === 'mutation' ? mutations.take(run) : run()).catch((error: unknown) => ({
      errors: [this.#format(toGraphQLError(error))],
    }));
    if (this.#isStopped || !this.#socket.requireReading()) return;
    connection.next(this, result);
    this.complete();
  }

  async #run(context: GatewayContext): Promise<FormattedExecutionResult> {
    const { query, variables, operationName } = this.#payload;
    const request = { query, variables: variables ?? {}, ...(operationName ? { operationName } : {}) };
    const { body } = await this.#socket.parts.server.executeOperation(request, { contextValue: context });
    if (body.kind === 'single') return body.singleResult;
    throw new Error('an incremental result on a socket');
  }

  #format(error: GraphQLError): GraphQLFormattedError {
    const { extensions, ...formatted } = error.toJSON();
    // An HTTP status has no place here.
    const { http: _status, ...shown } = extensions ?? {};
    return this.#socket.parts.formatError({ ...formatted, extensions: shown }, error);
  }
}

function toAsker(context: GatewayContext): Asker {
  const { identity } = context;
  return { authorization: identity.kind === 'viewer' ? identity.authorization : '', context };
}

function toGraphQLError(error: unknown): GraphQLError {
  return error instanceof GraphQLError
    ? error
    : new GraphQLError('unexpected', { originalError: error as Error });
}
