/**
 * LIVE, and entities of HISTORY: a subgraph as Apollo's executor asks it for the rest of a live event's plan, and as the entity cache asks it. One per subgraph, made by
 * subgraphs.ts on top of subgraph-transport.ts, which does the sending.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { CachePolicy } from './cache-policy.ts';
import { notPublic, readCachePolicy } from './cache-policy.ts';
import { parseAnswer } from './subgraph-answer.ts';
import type { SubgraphRequest, SubgraphTransport } from './subgraph-transport.ts';
import { toMalformedAnswer } from './subgraph-transport.ts';
import type { GatewayContext } from './viewer.ts';

export type ProcessOptions = Parameters<GraphQLDataSource['process']>[0];
type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** What is answered, and who else may see it. */
export type SubgraphAnswer = Answer & { readonly cachePolicy: CachePolicy };

/** A subgraph as they ask it. */
export interface SubgraphSource extends GraphQLDataSource {
  process(options: ProcessOptions): Promise<SubgraphAnswer>;
}

/** Rejects as the transport does. */
export function createDataSource(transport: SubgraphTransport): SubgraphSource {
  return {
    process: async (asked) => {
      const { query, variables, operationName } = asked.request;
      const kind = readKind(asked);
      const body = JSON.stringify({ query, variables, operationName });
      const context = readContext(asked);
      const headers = context === null ? {} : transport.toHeaders(context);
      const reply = await transport.send({ body, kind, headers });
      const answer = parseAnswer(reply.text);
      if (answer === null) throw toMalformedAnswer(kind, reply);
      const { data, errors } = answer;
      const isWhole = reply.status === 200 && errors.length === 0;
      return {
        data,
        ...(errors.length === 0 ? {} : { errors: errors.map(toAnswerError) }),
        cachePolicy: isWhole ? readCachePolicy(reply.cacheControl) : notPublic,
      };
    },
  };
}

function readKind(asked: ProcessOptions): SubgraphRequest['kind'] {
  if (asked.request.query?.startsWith('mutation')) return 'mutation';
  const incoming = 'incomingRequestContext' in asked ? asked.incomingRequestContext : null;
  // A later fetch of a mutation's plan: what the first one did stands, so its failure must not look like a refusal.
  return incoming?.operation?.operation === 'mutation' ? 'after-mutation' : 'query';
}

/** Null when it is the gateway itself that asks. */
export function readContext(asked: ProcessOptions): GatewayContext | null {
  return 'incomingRequestContext' in asked ? (asked.incomingRequestContext.context as GatewayContext) : null;
}

/** The executor takes an error over only as an instance; a plain object would be masked later. */
export function toAnswerError({ message, path, extensions }: GraphQLFormattedError): GraphQLFormattedError {
  return new GraphQLError(message, { path, extensions }) as GraphQLFormattedError;
}
