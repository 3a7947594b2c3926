/**
 * LIVE 2/2: the copies of one subgraph, which take turns. Made by engine.ts, called by subscription.ts.
 */
import { badUserInput } from '#platform/graphql-errors.ts';
import type { CallbackEndpoint } from './callback-endpoint.ts';
import { UpstreamCallback } from './upstream-callback.ts';
import { UpstreamConnection } from './upstream-connection.ts';
import type {
  UpstreamCopy,
  UpstreamCopyOptions,
  UpstreamOperation,
  UpstreamTarget,
} from './upstream-copy.ts';
import { UpstreamEventSource } from './upstream-event-source.ts';

/** What a subgraph speaks for subscriptions. */
export type UpstreamProtocol =
  | { readonly kind: 'transport-ws' | 'sse' }
  | { readonly kind: 'callback'; readonly endpoint: CallbackEndpoint };

/** One operation where it runs. */
export interface RunningOperation {
  /** Nothing is heard of it from now on. */
  stop(): void;
  /** One more of its events has gone on to the client. */
  noteTaken(): void;
}

export interface Upstream<Target extends UpstreamTarget> extends AsyncDisposable {
  readonly copies: number;
  /** The copy whose turn it is. */
  takeTurn(): number;
  /** Starts the operation at a copy, given by any number. */
  subscribe(copy: number, operation: UpstreamOperation, target: Target): RunningOperation;
  /** Connections that are open. */
  readonly connections: number;
}

export interface UpstreamOptions<Target extends UpstreamTarget>
  extends Omit<UpstreamCopyOptions<Target>, 'url'> {
  /** Copies of the subgraph: URLs of its /graphql, with http or https. */
  readonly urls: readonly string[];
  readonly protocol: UpstreamProtocol;
}

/** Of one operation with its token; below the FRAME_BYTES_MAX of subgraphs, which close the connection over it. */
const operationBytesMax = 512 * 1024;

const nothingRuns: RunningOperation = { stop: () => undefined, noteTaken: () => undefined };

/** Connects to nothing yet. */
export function createUpstream<Target extends UpstreamTarget>({
  urls,
  protocol,
  ...options
}: UpstreamOptions<Target>): Upstream<Target> {
  const copies = urls.map((url) => openCopy({ ...options, url }, protocol));
  let turn = 0;
  return {
    copies: copies.length,
    get connections() {
      return copies.reduce((sum, copy) => sum + copy.connections, 0);
    },
    takeTurn: () => {
      turn = (turn + 1) % copies.length;
      return turn;
    },
    subscribe: (number, operation, target) => {
      if (Buffer.byteLength(JSON.stringify(operation)) > operationBytesMax) {
        target.error([badUserInput(`A subscription has at most ${operationBytesMax} bytes.`).toJSON()]);
        return nothingRuns;
      }
      const copy = copies[number % copies.length] as UpstreamCopy<Target>;
      const id = copy.subscribe(operation, target);
      return { stop: () => copy.stop(id), noteTaken: () => copy.noteTaken(id) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const copy of copies) copy.dispose();
    },
  };
}

function openCopy<Target extends UpstreamTarget>(
  options: UpstreamCopyOptions<Target>,
  protocol: UpstreamProtocol,
): UpstreamCopy<Target> {
  switch (protocol.kind) {
    case 'transport-ws':
      return new UpstreamConnection(options);
    case 'sse':
      return new UpstreamEventSource(options);
    case 'callback':
      return new UpstreamCallback(options, protocol.endpoint);
    default:
      return protocol satisfies never;
  }
}
