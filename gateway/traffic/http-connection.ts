/**
 * HISTORY and SEND: one keep-alive connection to a copy of a subgraph, with one request on it at a time, so that a slow one holds up no other. Opened and used by
 * http-pool.ts. Reads of all connections go into one buffer, and out of it at once: the usual stream allocates 64 KB for each.
 */

import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Queued } from './http-queue.ts';
import type { HttpResponse, ResponseReaderOptions } from './http-response.ts';
import { HttpResponseReader } from './http-response.ts';

/** A request, and who waits for its response. */
export interface HttpExchange extends Queued {
  /** The whole request; a text has no characters beyond Latin-1. */
  readonly request: string | Buffer;
  /** May it be sent a second time? */
  readonly isRepeatable: boolean;
  /** Is about to be sent. */
  begin(connection: HttpConnection): void;
  end(response: HttpResponse): void;
  fail(cause: Error): void;
}

export interface HttpConnectionOptions extends ResponseReaderOptions {
  readonly url: URL;
  readonly connectTimeoutMs: number;
  readonly onConnect: (connection: HttpConnection) => void;
  /** It has nothing to do and may be used again. */
  readonly onIdle: (connection: HttpConnection) => void;
  /** Once. `cause`: why it never was a connection; null after it has been one. */
  readonly onClose: (connection: HttpConnection, cause: Error | null) => void;
}

const readBytes = 64 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(readBytes);
const keepAliveProbeMs = 60_000;

export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  readonly #socket: Socket;
  readonly #reader: HttpResponseReader;
  readonly #connecting: NodeJS.Timeout;
  #isConnected = false;
  #exchange: HttpExchange | null = null;
  #cause: Error | null = null;
  #reusableUntilMs = 0;
  #idleSinceMs = 0;

  constructor(options: HttpConnectionOptions) {
    const { url, connectTimeoutMs } = options;
    this.#options = options;
    this.#reader = new HttpResponseReader(options);
    this.#socket = openSocket(url, (chunk) => this.#read(chunk));
    this.#connecting = setTimeout(() => this.destroy(new Error('no connection in time')), connectTimeoutMs);
    this.#socket
      .setNoDelay(true)
      .setKeepAlive(true, keepAliveProbeMs)
      .once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => this.#connected())
      .on('end', () => this.#ended())
      .on('error', (error) => {
        this.#cause ??= error;
      })
      .on('close', () => this.#closed());
  }

  /** Is it open, and not about to be closed by the server? `nowMs` on the clock of performance.now(). */
  isUsable(nowMs: number): boolean {
    return nowMs < this.#reusableUntilMs && this.#socket.writable;
  }

  /** Since when has it nothing to do? On the clock of performance.now(). */
  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  /** When it has nothing to do. */
  send(exchange: HttpExchange): void {
    this.#exchange = exchange;
    exchange.begin(this);
    this.#socket.write(exchange.request, 'latin1');
  }

  destroy(cause?: Error): void {
    this.#cause ??= cause ?? null;
    this.#socket.destroy();
  }

  #connected(): void {
    clearTimeout(this.#connecting);
    this.#isConnected = true;
    this.#idle(this.#options.idleMs);
    this.#options.onConnect(this);
  }

  #read(chunk: Buffer): void {
    // Nothing was asked for.
    if (this.#exchange === null) {
      this.destroy();
      return;
    }
    try {
      const response = this.#reader.read(chunk);
      if (response !== null) this.#complete(response);
    } catch (error) {
      this.destroy(
        error instanceof Error ? error : new Error('the response can not be read', { cause: error }),
      );
    }
  }

  #complete(response: HttpResponse): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    const finish = () => {
      this.#release(response.reusableMs);
      exchange?.end(response);
    };
    // Over TLS it is known a moment later that all has been sent.
    if (this.#socket.writableLength === 0) finish();
    else setImmediate(finish);
  }

  #release(reusableMs: number): void {
    // What is still being sent would be read in front of the next request.
    if (reusableMs === 0 || this.#socket.writableLength > 0 || !this.#socket.writable) this.destroy();
    else {
      this.#idle(reusableMs);
      this.#options.onIdle(this);
    }
  }

  #idle(reusableMs: number): void {
    this.#idleSinceMs = performance.now();
    this.#reusableUntilMs = this.#idleSinceMs + reusableMs;
  }

  #ended(): void {
    const response = this.#exchange === null ? null : this.#reader.end();
    if (response !== null) this.#complete(response);
    // At once, so that nothing is sent to where nobody reads.
    this.destroy();
  }

  #closed(): void {
    clearTimeout(this.#connecting);
    const cause = this.#cause ?? new Error('the connection was closed');
    this.#exchange?.fail(cause);
    this.#exchange = null;
    this.#options.onClose(this, this.#isConnected ? null : cause);
  }
}

function openSocket({ protocol, hostname, port }: URL, read: (chunk: Buffer) => void): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'https:') {
    // What comes out of the cipher has a buffer of its own in any case.
    const socket = connectTls({
      ...{ host, port: Number(port || 443), ALPNProtocols: ['http/1.1'] },
      ...(isAddress(host) ? {} : { servername: host }),
    });
    return socket.on('data', read);
  }
  return connectTcp({
    ...{ host, port: Number(port || 80) },
    onread: {
      buffer: readBuffer,
      callback: (length) => {
        read(readBuffer.subarray(0, length));
        return true;
      },
    },
  });
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
