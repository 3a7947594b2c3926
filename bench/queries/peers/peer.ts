/** What is compared: a server that answers operations over HTTP. Implemented by the files of this folder. */
import type { Server, ServerStarter } from '../../start-server.ts';
import type { SceneName } from '../scenes.ts';

export interface Peer {
  readonly name: PeerName;
  /** One line for the report. */
  readonly description: string;
  /** Where the n-th operation of a scene is sent. */
  readonly toPath: (scene: SceneName, n: number) => string;
  /** A process that has served nobody yet, on the core of servers. */
  start(starter: ServerStarter, place: Place): Promise<Server>;
}

/** Where the peer is to stand. */
export interface Place {
  readonly supergraphPath: string;
  /** Of the subgraphs whose addresses MessageMe takes from its settings. */
  readonly subgraphUrl: string;
}

export const peerNames = ['echo', 'messageme', 'messageme-cached', 'apollo', 'hive', 'hive-rust'] as const;
export type PeerName = (typeof peerNames)[number];

/** Of a gateway: the operation is in the body. */
export const toGraphQLPath: Peer['toPath'] = () => '/graphql';
