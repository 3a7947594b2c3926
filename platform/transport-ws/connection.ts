/**
 * LIVE: the server's half of graphql-transport-ws on one socket: the handshake, ids, close codes. What runs under an id is pushed here by its owner, who
 * may hand the same bytes to any number of connections; graphql-ws's own server would iterate, and serialize, once for each.
 * Used by platform/subgraph/websocket.ts and gateway/websocket.ts. Protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Message, SubscribePayload } from 'graphql-ws';
import { MessageType, validateMessage } from 'graphql-ws';
import { isObject } from '#platform/is-object.ts';
import { closeCodes } from '#schema/errors.ts';
import type { SocketWriter } from './socket-writer.ts';

/** What runs under an id. */
export interface Running {
  readonly id: string;
  /** Called once, when the id is taken. */
  start(): void;
  /** Nothing of it is wanted any more; called at most once, by the client's wish or because the socket is gone. */
  stop(): void;
}

export type Payload = Readonly<Record<string, unknown>>;

export interface ConnectionOptions<Operation extends Running> {
  readonly writer: SocketWriter;
  /** Time for connection_init. */
  readonly initWaitMs: number;
  readonly operationsMax: number;
  /** The payload of connection_ack; null to refuse, by which it has closed the socket. */
  readonly init: (payload: Payload) => Promise<Payload | null>;
  /** Not started yet. */
  readonly subscribe: (id: string, payload: SubscribePayload) => Operation;
  /** More than operationsMax. */
  readonly refusal: () => GraphQLFormattedError;
  /** The payload of the answer to a ping that has one. */
  readonly ping?: (payload: Payload) => Promise<Payload>;
  readonly pong?: (payload: Payload) => void;
}

type State = 'new' | 'opening' | 'open' | 'closed';

export class Connection<Operation extends Running> {
  readonly #options: ConnectionOptions<Operation>;
  #state: State = 'new';
  /** Made with the first of them: most connections of a server are idle. */
  #operations: Map<string, Operation> | null = null;
  #initTimer: NodeJS.Timeout | null;

  constructor(options: ConnectionOptions<Operation>) {
    this.#options = options;
    this.#initTimer = setTimeout(
      () => this.close(closeCodes.initTimeout, 'Connection initialisation timeout'),
      options.initWaitMs,
    );
  }

  /** Those that run. */
  operations(): Iterable<Operation> {
    return this.#operations?.values() ?? [];
  }

  operation(id: string): Operation | undefined {
    return this.#operations?.get(id);
  }

  /** Takes one message of the client. */
  receive(text: string): void {
    if (this.#state === 'closed') return;
    const message = parse(text);
    if (message === null) {
      this.close(closeCodes.badRequest, 'Invalid message received');
      return;
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        this.#initialise(message.payload ?? {});
        return;
      case MessageType.Ping:
        this.#answerPing(message.payload);
        return;
      case MessageType.Pong:
        this.#options.pong?.(message.payload ?? {});
        return;
      case MessageType.Subscribe:
        this.#subscribe(message.id, message.payload);
        return;
      case MessageType.Complete:
        this.#stop(message.id);
        return;
      default:
        this.close(closeCodes.badRequest, 'Only servers send such messages');
        return;
    }
  }

  /** The operation has ended; its id is free. */
  complete(operation: Operation): void {
    if (this.#remove(operation)) this.#send({ id: operation.id, type: MessageType.Complete });
  }

  /** The operation was refused, or ended so; its id is free. */
  error(operation: Operation, errors: readonly GraphQLFormattedError[]): void {
    if (this.#remove(operation)) this.#send({ id: operation.id, type: MessageType.Error, payload: errors });
  }

  close(code: number, reason: string): void {
    if (this.#state === 'closed') return;
    this.#options.writer.close(code, reason);
    this.closed();
  }

  /** The socket is gone, or on its way. */
  closed(): void {
    this.#state = 'closed';
    this.#stopInitTimer();
    const operations = this.#operations;
    this.#operations = null;
    for (const operation of operations?.values() ?? []) operation.stop();
  }

  #initialise(payload: Payload): void {
    if (this.#state !== 'new') {
      this.close(closeCodes.tooManyInits, 'Too many initialisation requests');
      return;
    }
    this.#state = 'opening';
    this.#stopInitTimer();
    void this.#options.init(payload).then((answer) => {
      if (this.#state !== 'opening' || answer === null) return;
      this.#state = 'open';
      this.#send({
        type: MessageType.ConnectionAck,
        ...(Object.keys(answer).length === 0 ? {} : { payload: answer }),
      });
    });
  }

  #answerPing(payload: Payload | undefined): void {
    if (payload === undefined || this.#state !== 'open') {
      this.#send({ type: MessageType.Pong });
      return;
    }
    const answer = this.#options.ping?.(payload) ?? Promise.resolve(payload);
    void answer.then((answered) => this.#send({ type: MessageType.Pong, payload: answered }));
  }

  #subscribe(id: string, payload: SubscribePayload): void {
    if (this.#state !== 'open') {
      this.close(closeCodes.unauthenticated, 'Unauthorized');
      return;
    }
    const operations = this.#operations ?? new Map<string, Operation>();
    this.#operations = operations;
    if (operations.has(id)) {
      this.close(closeCodes.subscriberAlreadyExists, 'Subscriber already exists');
      return;
    }
    if (operations.size >= this.#options.operationsMax) {
      this.#send({ id, type: MessageType.Error, payload: [this.#options.refusal()] });
      return;
    }
    const operation = this.#options.subscribe(id, payload);
    operations.set(id, operation);
    operation.start();
  }

  #stop(id: string): void {
    const operation = this.#operations?.get(id);
    if (operation !== undefined && this.#remove(operation)) operation.stop();
  }

  /** Another one may have its id by now. */
  #isRunning(operation: Operation): boolean {
    return this.#operations?.get(operation.id) === operation;
  }

  #remove(operation: Operation): boolean {
    return this.#isRunning(operation) && this.#operations?.delete(operation.id) === true;
  }

  #send(message: object): void {
    if (this.#state !== 'closed') this.#options.writer.send(JSON.stringify(message));
  }

  #stopInitTimer(): void {
    if (this.#initTimer !== null) clearTimeout(this.#initTimer);
    this.#initTimer = null;
  }
}

/** Null for what is no message of the protocol. */
function parse(text: string): Message | null {
  try {
    return validateMessage(withQuery(JSON.parse(text)));
  } catch {
    return null;
  }
}

/** graphql-ws wants a text also of those who name a document instead, by documentId or by Apollo's hash. */
function withQuery(message: unknown): unknown {
  if (!isObject(message) || message.type !== MessageType.Subscribe || !isObject(message.payload))
    return message;
  const { query = null, documentId = null, extensions } = message.payload;
  const isNamed = documentId !== null || (isObject(extensions) && 'persistedQuery' in extensions);
  return query === null && isNamed ? { ...message, payload: { ...message.payload, query: '' } } : message;
}
