/**
 * HISTORY and SEND: subgraphs as compiled fetches ask them, on top of subgraph-transport.ts: what several ask in the same turn of the event loop is asked once. Made
 * by subgraphs.ts.
 */
import type { SubgraphReply, SubgraphTransport } from '../../subgraph-transport.ts';
import type { SubgraphTraffic } from '../../traffic/traffic-metrics.ts';
import type { QuerySource } from './query-source.ts';

export interface QuerySourceOptions {
  readonly transport: SubgraphTransport;
  /** Should equal queries of one turn be one request? */
  readonly isJoining: boolean;
  /** Counts those that were not sent because of it. */
  readonly traffic: Pick<SubgraphTraffic, 'joined'>;
}

export function createQuerySource(options: QuerySourceOptions): QuerySource {
  return { send: options.isJoining ? createJoiningSend(options) : createSend(options.transport) };
}

type Send = QuerySource['send'];

function createSend(transport: SubgraphTransport): Send {
  return ({ kind, body, context }) => transport.send({ kind, body, headers: transport.toHeaders(context) });
}

/**
 * Not longer than a turn: an answer that was asked for before somebody's mutation was acknowledged must not be what they get when they ask after it, and
 * within one turn nobody can have learned of the acknowledgement.
 */
function createJoiningSend({ transport, traffic }: QuerySourceOptions): Send {
  let asked = new Map<string, Promise<SubgraphReply>>();
  return ({ kind, body, context }) => {
    const headers = transport.toHeaders(context);
    if (kind !== 'query') return transport.send({ kind, body, headers });
    const key = `${JSON.stringify(headers)}${body}`;
    const known = asked.get(key);
    if (known !== undefined) {
      traffic.joined += 1;
      return known;
    }
    if (asked.size === 0)
      setImmediate(() => {
        asked = new Map();
      });
    const reply = transport.send({ kind, body, headers });
    asked.set(key, reply);
    return reply;
  };
}
