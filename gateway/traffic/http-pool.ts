/**
 * HISTORY and SEND: the keep-alive connections to one copy of a subgraph, at most so many, and the requests that wait for one. Made by subgraph-copy.ts. A library's
 * client takes 27 of the 85 us that a query with one fetch costs, and 64 KB for each read (decision 10); this one does what
 * a subgraph needs and no more.
 */
import type { HttpExchange } from './http-connection.ts';
import { HttpConnection } from './http-connection.ts';
import { HttpQueue } from './http-queue.ts';

/** For so long after an answer a connection is taken to be open without looking. */
const trustedMs = 100;

export interface HttpPoolOptions {
  /** Scheme, host and port count. */
  readonly url: URL;
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  /** After which a connection is not used again. */
  readonly idleMs: number;
  readonly bodyBytesMax: number;
}

/** Opens no connection before the first request. */
export class HttpPool implements AsyncDisposable {
  readonly #options: HttpPoolOptions;
  readonly #connections = new Set<HttpConnection>();
  /** The last one used is used next: the others may end. */
  readonly #idle: HttpConnection[] = [];
  readonly #waiting = new HttpQueue<HttpExchange>();
  #opening = 0;
  #sweeper: NodeJS.Timeout | null = null;
  #closed: PromiseWithResolvers<void> | null = null;

  constructor(options: HttpPoolOptions) {
    this.#options = options;
  }

  /** Tells the exchange how it ended, later. */
  send(exchange: HttpExchange): void {
    if (this.#closed !== null) {
      queueMicrotask(() => exchange.fail(new Error('the connections are closed')));
      return;
    }
    const nowMs = performance.now();
    const connection = this.#takeIdle(nowMs);
    if (connection === null) {
      this.#waiting.push(exchange);
      this.#openMore();
    } else if (exchange.isRepeatable && nowMs - connection.idleSinceMs < trustedMs) connection.send(exchange);
    else this.#sendLater(connection, exchange);
  }

  /** One that is queued is not wanted any more. */
  noteUnwanted(): void {
    this.#waiting.noteUnwanted();
  }

  /** Resolves when what has been sent is answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= Promise.withResolvers();
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    for (const connection of this.#idle.splice(0)) connection.destroy();
    this.#endIfDone();
    await this.#closed.promise;
  }

  /** When what has arrived has been read: the server's end of the connection may be among it, at the latest in the next turn of the event loop. */
  #sendLater(connection: HttpConnection, exchange: HttpExchange): void {
    setImmediate(() => setImmediate(() => this.#sendIfOpen(connection, exchange)));
  }

  #sendIfOpen(connection: HttpConnection, exchange: HttpExchange): void {
    const isOpen = connection.isUsable(performance.now());
    if (isOpen && exchange.isWanted) connection.send(exchange);
    else {
      if (isOpen) this.#idled(connection);
      else connection.destroy();
      if (exchange.isWanted) this.send(exchange);
    }
  }

  #takeIdle(nowMs: number): HttpConnection | null {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) return null;
      if (connection.isUsable(nowMs)) return connection;
      connection.destroy();
    }
  }

  /** As many as are waited for, and not more than there may be. */
  #openMore(): void {
    while (this.#opening < this.#waiting.size && this.#connections.size < this.#options.connectionsMax) {
      this.#opening += 1;
      this.#connections.add(
        new HttpConnection({
          ...this.#options,
          onConnect: (connection) => {
            this.#opening -= 1;
            this.#idled(connection);
          },
          onIdle: (connection) => this.#idled(connection),
          onClose: (connection, cause) => this.#lost(connection, cause),
        }),
      );
    }
  }

  #idled(connection: HttpConnection): void {
    const exchange = this.#waiting.shift();
    if (exchange !== undefined) {
      if (exchange.isRepeatable) connection.send(exchange);
      else this.#sendLater(connection, exchange);
      return;
    }
    if (this.#closed !== null) {
      connection.destroy();
      return;
    }
    this.#idle.push(connection);
    this.#sweeper ??= setInterval(() => this.#sweep(), this.#options.idleMs).unref();
  }

  #lost(connection: HttpConnection, cause: Error | null): void {
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
    if (cause !== null) {
      this.#opening -= 1;
      // One for each that could not be opened: the next may be luckier.
      this.#waiting.shift()?.fail(cause);
    }
    this.#openMore();
    this.#endIfDone();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of [...this.#idle]) if (!connection.isUsable(nowMs)) connection.destroy();
  }

  #endIfDone(): void {
    if (this.#closed !== null && this.#connections.size === 0) this.#closed.resolve();
  }
}
