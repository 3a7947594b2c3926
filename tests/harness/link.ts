/**
 * A TCP proxy for any link between two processes: a port of its own, bytes carried to the target and back, and what goes wrong on the way is
 * switched at run time. tests/kafka/faulty-link.ts adds what only Kafka's frames allow. Called by tests that break links.
 */
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { findFreePorts } from './free-ports.ts';

export type Direction = 'to-target' | 'to-client';

export type LinkMode =
  | { readonly kind: 'pass' }
  /** Connections are reset and new ones refused. */
  | { readonly kind: 'cut' }
  /** Connections are accepted, nothing is forwarded and nothing closed. As with TCP, what was sent arrives when it is over. */
  | { readonly kind: 'black-holed' }
  /** The same in one direction only. */
  | { readonly kind: 'half-open'; readonly silent: Direction }
  /** Every byte comes later by the latency, and no more bytes a second than the bandwidth, in each direction. */
  | { readonly kind: 'slow'; readonly latencyMs: number; readonly bytesPerSecond: number }
  /** Every byte is a write of its own. */
  | { readonly kind: 'one-byte' };

/** What is forwarded for a chunk of one direction of one connection: pieces in order, each as soon as it is given. */
export type Relay = (chunk: Buffer) => Iterable<Buffer> | AsyncIterable<Buffer>;

interface Pipe {
  readonly from: Socket;
  readonly to: Socket;
  readonly direction: Direction;
  readonly relay: Relay;
}

/** Above it nothing more is read, so that the sender feels it. */
const heldBytesMax = 256 * 1024;
const slicesPerSecond = 20;

export class Link implements AsyncDisposable {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #mode: LinkMode = { kind: 'pass' };
  #modeChanged = Promise.withResolvers<void>();

  /** Use `open`. */
  constructor(target: string) {
    const [host = '', port] = target.split(':');
    this.#target = { host, port: Number(port) };
    this.#server = createServer(
      { allowHalfOpen: true, noDelay: true },
      (client) => void this.#accept(client),
    );
  }

  /** Listens in front of the target, host:port, which need not be there yet. */
  static async open(target: string): Promise<Link> {
    return await new Link(target).listen();
  }

  /** Where clients connect instead, host:port. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  /** How it behaves from now on, also on the connections that are open. */
  set(mode: LinkMode): void {
    const before = this.#mode;
    this.#mode = mode;
    this.#modeChanged.resolve();
    this.#modeChanged = Promise.withResolvers();
    if (mode.kind === 'cut' && before.kind !== 'cut') {
      this.#server.close();
      this.reset();
    } else if (mode.kind !== 'cut' && before.kind === 'cut') {
      this.#server.listen(this.#port, '127.0.0.1');
    }
  }

  /** Resets every connection once; new ones are accepted as the mode says. */
  reset(): void {
    for (const socket of this.#sockets) reset(socket);
    this.#sockets.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set({ kind: 'cut' });
  }

  /** Starts to listen on a port outside those the system gives to others, because a cut link lets go of it for a while. */
  protected async listen(): Promise<this> {
    const [port] = await findFreePorts(1);
    this.#port = port;
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** Both directions of a new connection. */
  protected createRelays(): Readonly<Record<Direction, Relay>> {
    const pass: Relay = (chunk) => [chunk];
    return { 'to-target': pass, 'to-client': pass };
  }

  async #accept(client: Socket): Promise<void> {
    this.#track(client);
    await this.#untilOpen('to-target');
    if (client.destroyed) return;
    const target = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    this.#track(target);
    const relays = this.createRelays();
    this.#carry({ from: client, to: target, direction: 'to-target', relay: relays['to-target'] });
    this.#carry({ from: target, to: client, direction: 'to-client', relay: relays['to-client'] });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    // 'close' follows, which says it to the other side.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** Ends and resets come after the bytes before them, and no sooner than bytes would. */
  #carry(pipe: Pipe): void {
    const { from, to, direction } = pipe;
    let heldBytes = 0;
    let carried = Promise.resolve();
    const next = (step: () => void | Promise<void>) => {
      carried = carried.then(step, step);
    };
    from.on('data', (chunk: Buffer) => {
      const arrivedAt = performance.now();
      heldBytes += chunk.length;
      if (heldBytes > heldBytesMax) from.pause();
      next(async () => {
        for await (const piece of pipe.relay(chunk)) await this.#deliver(piece, pipe, arrivedAt);
        heldBytes -= chunk.length;
        from.resume();
      });
    });
    from.on('end', () => {
      next(() => this.#untilOpen(direction));
      next(() => void to.end());
    });
    from.on('close', (hadError: boolean) => {
      if (!hadError && from.readableEnded) return;
      next(() => this.#untilOpen(direction));
      next(() => reset(to));
    });
  }

  async #deliver(piece: Buffer, { to, direction }: Pipe, arrivedAt: number): Promise<void> {
    for (let at = 0; at < piece.length && !to.destroyed; ) {
      await this.#untilOpen(direction);
      const pace = toPace(this.#mode);
      const waitMs = arrivedAt + pace.latencyMs - performance.now();
      if (waitMs > 0) await delay(waitMs);
      const slice = piece.subarray(at, at + pace.sliceBytesMax);
      await new Promise<void>((resolve) => to.write(slice, () => resolve()));
      at += slice.length;
      if (pace.msPerByte > 0) await delay(slice.length * pace.msPerByte);
      else if (at < piece.length) await nextTurn();
    }
  }

  async #untilOpen(direction: Direction): Promise<void> {
    while (isSilent(this.#mode, direction)) await this.#modeChanged.promise;
  }
}

/** A socket that is being shut down can't be reset (libuv: EINVAL); Node would then wait for its handle for ever when the process ends. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

function isSilent(mode: LinkMode, direction: Direction): boolean {
  return mode.kind === 'black-holed' || (mode.kind === 'half-open' && mode.silent === direction);
}

interface Pace {
  readonly latencyMs: number;
  readonly sliceBytesMax: number;
  readonly msPerByte: number;
}

function toPace(mode: LinkMode): Pace {
  switch (mode.kind) {
    case 'slow': {
      const { latencyMs, bytesPerSecond } = mode;
      const sliceBytesMax = Math.max(1, Math.ceil(bytesPerSecond / slicesPerSecond));
      return { latencyMs, sliceBytesMax, msPerByte: 1_000 / bytesPerSecond };
    }
    case 'one-byte':
      return { latencyMs: 0, sliceBytesMax: 1, msPerByte: 0 };
    case 'pass':
    case 'cut':
    case 'black-holed':
    case 'half-open':
      return { latencyMs: 0, sliceBytesMax: Number.POSITIVE_INFINITY, msPerByte: 0 };
    default:
      return mode satisfies never;
  }
}
