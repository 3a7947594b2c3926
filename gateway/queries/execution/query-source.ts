/** HISTORY and SEND: a subgraph as compiled fetches ask it: text of a request in, reply out. Made by query-sources.ts. */
import type { SubgraphReply } from '../../subgraph-transport.ts';
import type { GatewayContext } from '../../viewer.ts';

export interface SourceRequest {
  /** A `query` may be repeated, and shared with others who ask the same in the same moment. `after-mutation`: a query of a mutation's plan. */
  readonly kind: 'query' | 'mutation' | 'after-mutation';
  /** JSON text: query, operationName, variables. */
  readonly body: string;
  /** On whose behalf. */
  readonly context: GatewayContext;
}

export interface QuerySource {
  /** Rejects with a GraphQLError when the subgraph does not answer. */
  send(request: SourceRequest): Promise<SubgraphReply>;
}
