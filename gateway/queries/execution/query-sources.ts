/**
 * HISTORY and SEND: subgraphs as compiled fetches ask them, on top of subgraph-transport.ts: answers are parsed, or handed on as bytes, and what several ask in
 * the same turn of the event loop is asked once. Made by subgraphs.ts.
 */
import { notPublic, readCachePolicy } from '../../cache-policy.ts';
import { parseAnswer } from '../../subgraph-answer.ts';
import type { SubgraphReply, SubgraphTransport } from '../../subgraph-transport.ts';
import { toMalformedAnswer } from '../../subgraph-transport.ts';
import type { SubgraphTraffic } from '../../traffic/traffic-metrics.ts';
import type { QuerySource, SourceBody, SourceReply, SourceRequest } from './query-source.ts';

export interface QuerySourceOptions {
  readonly transport: SubgraphTransport;
  /** Should equal queries of one turn be one request? */
  readonly isJoining: boolean;
  /** Counts those that were not sent because of it. */
  readonly traffic: Pick<SubgraphTraffic, 'joined'>;
}

const bodyStart = Buffer.from('{"data":{');
const extensionsKey = Buffer.from('"extensions"');
const brace = '}'.charCodeAt(0);

export function createQuerySource(options: QuerySourceOptions): QuerySource {
  const { transport } = options;
  const send = options.isJoining ? createJoiningSend(options) : createSend(transport);
  return {
    ask: async (request) => toReply(request.kind, await send(request)),
    askForBody: async (request) => {
      const reply = await send(request);
      return toBody(reply) ?? toReply(request.kind, reply);
    },
  };
}

type Send = (request: SourceRequest) => Promise<SubgraphReply>;

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

/** Null when it has anything but data, or may have. */
function toBody({ status, bytes, cacheControl }: SubgraphReply): SourceBody | null {
  const { length } = bytes;
  const isWhole =
    status === 200 &&
    length > bodyStart.length + 1 &&
    bytes.compare(bodyStart, 0, bodyStart.length, 0, bodyStart.length) === 0 &&
    // With errors behind the data it would end otherwise, unless extensions come last.
    bytes[length - 1] === brace &&
    bytes[length - 2] === brace &&
    // As a key, or as a text that is just this: then nothing is lost but time.
    !bytes.includes(extensionsKey);
  return isWhole ? { kind: 'body', body: bytes, cachePolicy: readCachePolicy(cacheControl) } : null;
}

function toReply(kind: SourceRequest['kind'], reply: SubgraphReply): SourceReply {
  const answer = parseAnswer(reply.text);
  if (answer === null) throw toMalformedAnswer(kind, reply);
  const isWhole = reply.status === 200 && answer.errors.length === 0;
  return { kind: 'answer', answer, cachePolicy: isWhole ? readCachePolicy(reply.cacheControl) : notPublic };
}
