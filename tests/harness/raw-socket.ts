/** A graphql-transport-ws socket without a client library, for tests that send what no client would. Used by tests/security and tests/e2e. */
import WebSocket from 'ws';

export interface Frame {
  readonly id?: string;
  readonly type: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  /** Everything received, pings left out. */
  readonly frames: readonly Frame[];
  send(frame: object | string | Buffer): void;
  /** The first frame that fits, also one that has come already; rejects after 10 s or when the socket closes. */
  waitFor(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** Close code, once closed. */
  readonly closed: Promise<number>;
  close(): void;
}

const waitMs = 10_000;

/** Open, but not yet initialised. */
export async function openRawSocket(url: string, options: WebSocket.ClientOptions = {}): Promise<RawSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', options);
  const frames: Frame[] = [];
  const listeners = new Set<() => void>();
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    if (frame.type !== 'ping') frames.push(frame);
    for (const listener of [...listeners]) listener();
  });
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    frames,
    closed,
    send: (frame) =>
      socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    waitFor: (fits) =>
      new Promise((resolve, reject) => {
        const settle = (report: () => void) => {
          clearTimeout(overdue);
          listeners.delete(look);
          report();
        };
        const fail = (why: string) =>
          settle(() => reject(new Error(`${why}: ${JSON.stringify(frames).slice(-500)}`)));
        const overdue = setTimeout(() => fail('the frame did not come'), waitMs);
        const look = () => {
          const found = frames.find(fits);
          if (found !== undefined) settle(() => resolve(found));
        };
        void closed.then((code) => fail(`closed with ${code}`));
        listeners.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}

/** Open and acknowledged. */
export async function openAcknowledged(url: string, accessToken: string | null): Promise<RawSocket> {
  const socket = await openRawSocket(url);
  socket.send({
    type: 'connection_init',
    payload: accessToken === null ? {} : { authorization: `Bearer ${accessToken}` },
  });
  await socket.waitFor((frame) => frame.type === 'connection_ack');
  return socket;
}
