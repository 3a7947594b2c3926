/** One keep-alive connection of the load generator on bare TCP: sends prepared bytes and tells when the answer is there. Opened by process.ts. */
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { createResponseReader } from './responses.ts';

export interface Connection {
  /** Resolves when it can send; rejects when it can't connect. */
  readonly ready: Promise<void>;
  /** One at a time; its answer, or why there is none, is told to the listener. Connects anew when the server has ended the connection. */
  send(request: Buffer): void;
  close(): void;
}

export interface ConnectionListener {
  readonly onAnswer: (status: number, bodyBytes: number) => void;
  readonly onFailure: (reason: string) => void;
}

/** Chunks are read one after the other and not kept, so all connections share one buffer. */
const chunk = Buffer.allocUnsafeSlow(256 * 1024);

/** Connects at once. */
export function openConnection(port: number, { onAnswer, onFailure }: ConnectionListener): Connection {
  let isWaiting = false;
  let isClosed = false;
  const ready = Promise.withResolvers<void>();
  let socket = open();

  function open(): Socket {
    const read = createResponseReader((status, bodyBytes) => {
      isWaiting = false;
      onAnswer(status, bodyBytes);
    });
    const opened = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: chunk,
        callback: (length) => {
          try {
            read(chunk.subarray(0, length));
          } catch (error) {
            opened.destroy(error as Error);
          }
          return true;
        },
      },
    });
    opened.on('connect', () => ready.resolve());
    opened.on('error', (error) => {
      ready.reject(error);
      fail(error.message);
    });
    opened.on('close', () => fail('the connection ended'));
    return opened;
  }

  function fail(reason: string): void {
    if (!isWaiting || isClosed) return;
    isWaiting = false;
    onFailure(reason);
  }

  return {
    ready: ready.promise,
    send: (request) => {
      isWaiting = true;
      if (socket.destroyed || socket.readableEnded) socket = open();
      socket.write(request);
    },
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}
