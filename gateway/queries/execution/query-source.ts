/** HISTORY and SEND: a subgraph as compiled fetches ask it: text of a request in, answer out. Made by query-sources.ts. */
import type { CachePolicy } from '../../cache-policy.ts';
import type { ParsedAnswer } from '../../subgraph-answer.ts';
import type { GatewayContext } from '../../viewer.ts';

export interface SourceRequest {
  /** A `query` may be repeated, and shared with others who ask the same in the same moment. `after-mutation`: a query of a mutation's plan. */
  readonly kind: 'query' | 'mutation' | 'after-mutation';
  /** JSON text: query, operationName, variables. */
  readonly body: string;
  /** On whose behalf. */
  readonly context: GatewayContext;
}

export interface SourceReply {
  readonly kind: 'answer';
  /** Its data is the caller's, who may change it. */
  readonly answer: ParsedAnswer;
  readonly cachePolicy: CachePolicy;
}

/** An answer that has data and nothing else, as it came: `{"data":{...}}`. */
export interface SourceBody {
  readonly kind: 'body';
  readonly body: Buffer;
  readonly cachePolicy: CachePolicy;
}

export interface QuerySource {
  /** Rejects with a GraphQLError when the subgraph does not answer. */
  ask(request: SourceRequest): Promise<SourceReply>;
  /** The same, without looking into an answer that is whole. */
  askForBody(request: SourceRequest): Promise<SourceReply | SourceBody>;
}
