/** What a gateway stands in front of: the subgraphs of the supergraph, and a way to make events happen there. Either MessageMe's own or plain ones. */
import type { Pids } from '../../usage.ts';
import type { RunningPeer } from './peer.ts';

export interface Backend extends AsyncDisposable {
  readonly subgraphUrls: Readonly<Record<'auth' | 'chat' | 'storage', string>>;
  readonly pids: () => Pids;
  readonly publish: RunningPeer['publish'];
}
