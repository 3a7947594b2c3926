/**
 * One operation of a client on a connection that stays: a query or mutation through Apollo Server, or a subscription of the engine. Made by the
 * transports (client-socket.ts, http-stream.ts), which frame what it has to say.
 */
import type { ApolloServer } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import type { Running } from '#platform/transport-ws/connection.ts';
import type { Documents } from './documents/documents.ts';
import type { MutationTurns } from './mutation-turns.ts';
import type { OperationRequest, Operations, PreparedOperation } from './operations.ts';
import type { LaterParts } from './queries/deferred/deferred-answer.ts';
import type { Queries } from './queries/queries.ts';
import { toFirstPart, toLaterPart, toQueryAnswer } from './queries/query-answer.ts';
import type { QueryOperation } from './queries/query-operation.ts';
import type { SubscriptionEngine } from './subscriptions/engine.ts';
import type { FormatError } from './subscriptions/execute-event.ts';
import type { Asker } from './subscriptions/joint-execution.ts';
import type { Interruption, Sink, Subscription } from './subscriptions/subscription.ts';
import type { GatewayContext } from './viewer.ts';

/** What operations of all connections share. */
export interface OperationParts {
  readonly documents: Documents;
  readonly server: ApolloServer<GatewayContext>;
  readonly queries: Queries;
  readonly engine: SubscriptionEngine;
  readonly operations: Operations;
  readonly formatError: FormatError;
}

/** The connection, as its operations see it. */
export interface OperationPeer {
  readonly parts: OperationParts;
  /** Who is asking, for a new operation. */
  readonly context: GatewayContext;
  readonly mutations: MutationTurns;
  /** False while so much is unsent that results of subscriptions should wait. */
  readonly isReady: boolean;
  /** False when the client does not read, and the connection was closed because of it. */
  requireReading(): boolean;
  next(operation: ClientOperation, body: Buffer): void;
  complete(operation: ClientOperation): void;
  error(operation: ClientOperation, errors: readonly GraphQLFormattedError[]): void;
  interrupted(reason: Interruption): void;
  /** So many more bytes of results wait, or fewer; false when that is too much. */
  hold(bytes: number): boolean;
}

export class ClientOperation implements Running, Sink {
  readonly id: string;
  readonly #peer: OperationPeer;
  readonly #request: OperationRequest;
  #subscription: Subscription | null = null;
  #later: LaterParts | null = null;
  #isStopped = false;

  constructor(id: string, request: OperationRequest, peer: OperationPeer) {
    this.id = id;
    this.#request = request;
    this.#peer = peer;
  }

  start(): void {
    try {
      this.#start();
    } catch (error) {
      // What a client sends can be too deep to be written once more.
      this.error([this.#format(toGraphQLError(error))]);
    }
  }

  #start(): void {
    const { context, parts } = this.#peer;
    const known = this.#findKnown();
    if (known !== undefined) return void this.#execute(known.kind, () => this.#runKnown(known, context));
    const prepared = this.#prepare();
    if (prepared.kind === 'refused') {
      this.error(prepared.errors.map((error) => this.#format(error)));
      return;
    }
    if (prepared.kind !== 'subscription')
      return void this.#execute(prepared.kind, () => this.#runByApollo(context));
    const { plan, variables } = prepared;
    this.#subscription = parts.engine.subscribe({ plan, variables, asker: toAsker(context), sink: this });
  }

  /** The client is not interested any more. */
  stop(): void {
    this.#isStopped = true;
    this.#subscription?.stop();
    this.#later?.stop();
  }

  /** The socket takes results again. */
  resume(): void {
    this.#subscription?.resume();
  }

  /** The socket has a newer token. */
  renew(): void {
    this.#subscription?.renew(toAsker(this.#peer.context));
  }

  get isReady(): boolean {
    return this.#peer.isReady;
  }

  next(body: Buffer): void {
    if (!this.#isStopped) this.#peer.next(this, body);
  }

  complete(): void {
    this.#isStopped = true;
    this.#peer.complete(this);
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    this.#isStopped = true;
    this.#peer.error(this, errors);
  }

  /** The client comes back with its cursor, here or elsewhere. */
  interrupted(reason: Interruption): void {
    this.#peer.interrupted(reason);
  }

  hold(bytes: number): boolean {
    return this.#peer.hold(bytes);
  }

  #findKnown(): QueryOperation | undefined {
    const { document, operationName } = this.#request;
    if (document.kind === 'refused') return undefined;
    return this.#peer.parts.queries.find({ text: document.query, operationName: operationName || null });
  }

  #prepare(): PreparedOperation {
    const { context, parts } = this.#peer;
    try {
      return parts.operations.prepare(this.#request, context.identity);
    } catch (error) {
      return { kind: 'refused', errors: [toGraphQLError(error)] };
    }
  }

  async #execute(kind: 'query' | 'mutation', run: () => Promise<Buffer>): Promise<void> {
    const { mutations } = this.#peer;
    // Those of one socket keep their order (mutation-turns.ts).
    const body = await (kind === 'mutation' ? mutations.take(run) : run()).catch((error: unknown) =>
      Buffer.from(JSON.stringify({ errors: [this.#format(toGraphQLError(error))] })),
    );
    if (this.#isStopped || !this.#peer.requireReading()) return;
    this.next(body);
    if (this.#later !== null) await this.#sendLater(this.#later);
    if (!this.#isStopped) this.complete();
  }

  async #sendLater(later: LaterParts): Promise<void> {
    for (let hasNext = true; hasNext; ) {
      const part = await later.next();
      if (this.#isStopped || !this.#peer.requireReading()) return later.stop();
      this.next(Buffer.from(toLaterPart(part, this.#peer.parts.formatError)));
      hasNext = part.hasNext;
    }
  }

  async #runKnown(known: QueryOperation, context: GatewayContext): Promise<Buffer> {
    const { formatError } = this.#peer.parts;
    const result = await known.executeInParts({ variables: this.#request.variables ?? {}, context });
    if (result.kind === 'parts') {
      this.#later = result.later;
      return Buffer.from(toFirstPart(result, formatError));
    }
    const { body } = toQueryAnswer(result, { formatError, refusedStatus: 400 });
    return typeof body === 'string' ? Buffer.from(body) : body;
  }

  async #runByApollo(context: GatewayContext): Promise<Buffer> {
    const { document, variables, operationName } = this.#request;
    if (document.kind === 'refused') throw document.error;
    const request = {
      query: document.query,
      variables: variables ?? {},
      ...(operationName ? { operationName } : {}),
    };
    const { body } = await this.#peer.parts.server.executeOperation(request, { contextValue: context });
    if (body.kind === 'single') return Buffer.from(JSON.stringify(body.singleResult));
    throw new Error('an incremental result on a socket');
  }

  #format(error: GraphQLError): GraphQLFormattedError {
    const { extensions, ...formatted } = error.toJSON();
    // An HTTP status has no place here.
    const { http: _status, ...shown } = extensions ?? {};
    return this.#peer.parts.formatError({ ...formatted, extensions: shown }, error);
  }
}

function toAsker(context: GatewayContext): Asker {
  const { identity, client } = context;
  const authorization = identity.kind === 'viewer' ? identity.authorization : '';
  return { authorization, requester: `${authorization}\n${JSON.stringify(client.headers)}`, context };
}
