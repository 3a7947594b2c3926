/** What is compared: a server that gives events to subscribers, and a way to make them happen. Implemented by the files of this folder. */
import type { Inspected } from '../../live-heap.ts';
import type { Pids } from '../../usage.ts';
import type { Audience } from '../subscribers/commands.ts';

/** So many new events of a conversation. */
export interface Order {
  readonly conversation: number;
  readonly events: number;
}

export interface Peer {
  readonly name: string;
  /** One line for the report. */
  readonly description: string;
  /** A process that has served nobody yet. */
  start(conversations: number): Promise<RunningPeer>;
}

export interface RunningPeer extends AsyncDisposable {
  readonly audience: Omit<Audience, 'subscribers'>;
  /** The process under test. */
  readonly server: Inspected;
  /** Those that work for it now. */
  readonly backendPids: () => Pids;
  /** Resolves when the events are on their way. */
  publish(orders: readonly Order[]): Promise<void>;
}
