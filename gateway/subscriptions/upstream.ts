/**
 * LIVE 2/2: the copies of one subgraph, which take turns. Made by engine.ts, called by subscription.ts.
 */
import { badUserInput } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { UpstreamResult } from './execute-event.ts';
import type { UpstreamOperation, UpstreamTarget } from './upstream-connection.ts';
import { UpstreamConnection } from './upstream-connection.ts';

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

export interface UpstreamOptions<Target extends UpstreamTarget> {
  readonly name: string;
  /** Copies of the subgraph: URLs of its /graphql, with http or https. */
  readonly urls: readonly string[];
  readonly internalKey: string;
  readonly onEvent: (targets: readonly Target[], event: UpstreamResult) => void;
  readonly logger: Logger;
}

/** Of one operation with its token; below the FRAME_BYTES_MAX of subgraphs, which close the connection over it. */
const operationBytesMax = 512 * 1024;

const nothingRuns: RunningOperation = { stop: () => undefined, noteTaken: () => undefined };

/** Connects to nothing yet. */
export function createUpstream<Target extends UpstreamTarget>({
  urls,
  ...options
}: UpstreamOptions<Target>): Upstream<Target> {
  const connections = urls.map((url) => new UpstreamConnection<Target>({ ...options, url }));
  let turn = 0;
  return {
    copies: connections.length,
    get connections() {
      return connections.filter(({ isOpen }) => isOpen).length;
    },
    takeTurn: () => {
      turn = (turn + 1) % connections.length;
      return turn;
    },
    subscribe: (copy, operation, target) => {
      if (Buffer.byteLength(JSON.stringify(operation)) > operationBytesMax) {
        target.error([badUserInput(`A subscription has at most ${operationBytesMax} bytes.`).toJSON()]);
        return nothingRuns;
      }
      const connection = connections[copy % connections.length] as UpstreamConnection<Target>;
      const id = connection.subscribe(operation, target);
      return { stop: () => connection.stop(id), noteTaken: () => connection.noteTaken(id) };
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.dispose();
    },
  };
}
