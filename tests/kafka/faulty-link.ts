/**
 * A link to Kafka brokers that loses, delays and changes replies, beside what every link can do (tests/harness/link.ts). It understands frames,
 * and rewrites the addresses the brokers give of themselves, so that clients stay on it. Called by tests/kafka/*.test.ts and fault tests.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Direction, Relay } from '#tests/harness/link.ts';
import { Link } from '#tests/harness/link.ts';

export const produceKey = 0;
export const joinGroupKey = 11;
const heartbeatKey = 12;

/** Where clients find each broker: the broker's own port and the one of the link in front of it. */
type Ports = Map<number, number>;

const brokerHost = '127.0.0.1';

export class FaultyLink extends Link {
  /** Decides, per answered request, whether the client gets the answer. */
  losesReply: (apiKey: number) => boolean = () => false;
  /** By how much the answer to a request comes late, and with it those behind it on the same connection. */
  delaysReplyMs: (apiKey: number) => number = () => 0;
  /** Decides, per answered produce request, whether the answer becomes "not the leader", as from one deposed after writing. */
  deposesLeader: () => boolean = () => false;
  /** Decides, per answered heartbeat, whether the answer becomes "you may not use this group", after which kafkajs gives a consumer up. */
  forbidsGroup: () => boolean = () => false;
  lostReplies = 0;
  lateReplies = 0;
  readonly #requests = new Map<number, number>();
  readonly #ports: Ports;

  private constructor(brokerAddress: string, ports: Ports) {
    super(brokerAddress);
    this.#ports = ports;
  }

  /** In front of the only broker. */
  static override async open(brokerAddress: string): Promise<FaultyLink> {
    const [link] = await FaultyLink.openAll([brokerAddress]);
    if (link === undefined) throw new Error('there is no broker');
    return link;
  }

  /** One in front of each broker of a cluster: a client that is given one of them stays on these links. */
  static async openAll(brokerAddresses: readonly string[]): Promise<FaultyLink[]> {
    const ports: Ports = new Map();
    return await Promise.all(
      brokerAddresses.map(async (address) => {
        const link = await new FaultyLink(address, ports).listen();
        ports.set(toPort(address), toPort(link.address));
        return link;
      }),
    );
  }

  /** How many requests of a kind have passed towards the broker. */
  countRequests(apiKey: number): number {
    return this.#requests.get(apiKey) ?? 0;
  }

  protected override createRelays(): Readonly<Record<Direction, Relay>> {
    const apiKeys = new Map<number, number>();
    const splitRequests = createSplitter();
    const splitReplies = createSplitter();
    return {
      'to-target': (chunk) => {
        const frames = splitRequests(chunk);
        for (const frame of frames) {
          const apiKey = frame.readInt16BE(4);
          apiKeys.set(frame.readInt32BE(8), apiKey);
          this.#requests.set(apiKey, this.countRequests(apiKey) + 1);
        }
        return frames;
      },
      'to-client': (chunk) => this.#answer(splitReplies(chunk), apiKeys),
    };
  }

  async *#answer(frames: readonly Buffer[], apiKeys: Map<number, number>): AsyncGenerator<Buffer> {
    for (const frame of frames) {
      const apiKey = apiKeys.get(frame.readInt32BE(4)) ?? -1;
      apiKeys.delete(frame.readInt32BE(4));
      if (apiKey === produceKey && this.deposesLeader()) denyWrite(frame);
      if (apiKey === heartbeatKey && this.forbidsGroup()) forbidGroup(frame);
      const lateMs = this.delaysReplyMs(apiKey);
      if (lateMs > 0) {
        this.lateReplies += 1;
        await delay(lateMs);
      }
      if (this.losesReply(apiKey)) this.lostReplies += 1;
      else yield this.#rewriteAddresses(frame);
    }
  }

  #rewriteAddresses(frame: Buffer): Buffer {
    // All places first: a port that was put in could be the one that is looked for next.
    const places = [...this.#ports].flatMap(([port, linkPort]) => {
      const advertised = Buffer.alloc(brokerHost.length + 4);
      advertised.write(brokerHost);
      advertised.writeInt32BE(port, brokerHost.length);
      return findAll(frame, advertised).map((at) => ({ at, linkPort }));
    });
    for (const { at, linkPort } of places) frame.writeInt32BE(linkPort, at + brokerHost.length);
    return frame;
  }
}

function toPort(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function findAll(frame: Buffer, bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = frame.indexOf(bytes); at >= 0; at = frame.indexOf(bytes, at + 1)) places.push(at);
  return places;
}

/** Puts NOT_LEADER_OR_FOLLOWER into the answer to a produce request of one partition. */
function denyWrite(frame: Buffer): void {
  const topicAt = 4 + 4 + 4;
  const partitionAt = topicAt + 2 + frame.readInt16BE(topicAt) + 4;
  frame.writeInt16BE(6, partitionAt + 4);
}

/** Puts GROUP_AUTHORIZATION_FAILED into the answer to a heartbeat of version 1 or later, behind its throttle time. */
function forbidGroup(frame: Buffer): void {
  frame.writeInt16BE(30, 4 + 4 + 4);
}

/** Kafka's framing: a length of four bytes before every request and answer. */
function createSplitter(): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const frames: Buffer[] = [];
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      frames.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return frames;
  };
}
