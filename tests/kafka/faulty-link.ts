/**
 * A TCP proxy in front of a Kafka broker that loses replies, cuts connections or goes silent. It understands frames, and rewrites the
 * address the broker gives of itself, so that clients stay on it. Called by tests/kafka/*.test.ts.
 */
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';

export const produceKey = 0;

interface Link {
  readonly client: Socket;
  readonly broker: Socket;
}

export class FaultyLink implements AsyncDisposable {
  /** Decides, per answered request, whether the client gets the answer. */
  losesReply: (apiKey: number) => boolean = () => false;
  /** Decides, per answered produce request, whether the answer becomes "not the leader", as from one deposed after writing. */
  deposesLeader: () => boolean = () => false;
  /** While true nothing passes in either direction and no connection is closed. */
  silent = false;
  lostReplies = 0;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #brokerHost: string;
  readonly #brokerPort: number;

  private constructor(brokerAddress: string) {
    const [host = '127.0.0.1', port = '9092'] = brokerAddress.split(':');
    this.#brokerHost = host;
    this.#brokerPort = Number(port);
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(brokerAddress: string): Promise<FaultyLink> {
    const link = new FaultyLink(brokerAddress);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get address(): string {
    return `${this.#brokerHost}:${this.#port}`;
  }

  /** Ends every connection at once. */
  cut(): void {
    for (const { client, broker } of this.#links) {
      client.destroy();
      broker.destroy();
    }
    this.#links.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get #port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  #accept(client: Socket): void {
    const broker = connect(this.#brokerPort, this.#brokerHost);
    const link = { client, broker };
    this.#links.add(link);
    const apiKeys = new Map<number, number>();
    forEachFrame(client, (frame) => {
      apiKeys.set(frame.readInt32BE(8), frame.readInt16BE(4));
      if (!this.silent) broker.write(frame);
    });
    forEachFrame(broker, (frame) => {
      const apiKey = apiKeys.get(frame.readInt32BE(4)) ?? -1;
      apiKeys.delete(frame.readInt32BE(4));
      if (this.silent) return;
      if (apiKey === produceKey && this.deposesLeader()) denyWrite(frame);
      if (this.losesReply(apiKey)) this.lostReplies += 1;
      else client.write(this.#rewriteAddress(frame));
    });
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        this.#links.delete(link);
      });
    }
  }

  #rewriteAddress(frame: Buffer): Buffer {
    const port = Buffer.alloc(4);
    port.writeInt32BE(this.#brokerPort);
    const advertised = Buffer.concat([Buffer.from(this.#brokerHost), port]);
    for (let at = frame.indexOf(advertised); at >= 0; at = frame.indexOf(advertised, at + 1)) {
      frame.writeInt32BE(this.#port, at + this.#brokerHost.length);
    }
    return frame;
  }
}

/** Puts NOT_LEADER_OR_FOLLOWER into the answer to a produce request of one partition. */
function denyWrite(frame: Buffer): void {
  const topicAt = 4 + 4 + 4;
  const partitionAt = topicAt + 2 + frame.readInt16BE(topicAt) + 4;
  frame.writeInt16BE(6, partitionAt + 4);
}

/** Kafka's framing: a length of four bytes before every request and answer. */
function forEachFrame(socket: Socket, take: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}
