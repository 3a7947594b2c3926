/** HISTORY and SEND: what a subgraph has replied to a compiled fetch: parsed, or the bytes as they came. Called by the fetches, root-fetch.ts and entity-fetch.ts. */
import { isUtf8 } from 'node:buffer';
import type { CachePolicy } from '../../cache-policy.ts';
import { notPublic, readCachePolicy } from '../../cache-policy.ts';
import type { ParsedAnswer } from '../../subgraph-answer.ts';
import { parseAnswer } from '../../subgraph-answer.ts';
import type { SubgraphReply } from '../../subgraph-transport.ts';
import { toMalformedAnswer } from '../../subgraph-transport.ts';
import type { SourceRequest } from './query-source.ts';

export interface SourceReply {
  /** Its data is the caller's, who may change it. */
  readonly answer: ParsedAnswer;
  readonly cachePolicy: CachePolicy;
}

/** Throws a GraphQLError when it is no answer. */
export function toSourceReply(kind: SourceRequest['kind'], reply: SubgraphReply): SourceReply {
  const answer = parseAnswer(reply.text);
  if (answer === null) throw toMalformedAnswer(kind, reply);
  const isWhole = reply.status === 200 && answer.errors.length === 0;
  return { answer, cachePolicy: isWhole ? readCachePolicy(reply.cacheControl) : notPublic };
}

const bodyStart = Buffer.from('{"data":{');
const extensionsKey = Buffer.from('"extensions"');
const brace = '}'.charCodeAt(0);

/** Is it `{"data":{...}}`, data and nothing else? False also where it can't be seen at once. */
export function isDataAlone({ status, bytes }: SubgraphReply): boolean {
  const { length } = bytes;
  return (
    status === 200 &&
    length > bodyStart.length + 1 &&
    bytes.compare(bodyStart, 0, bodyStart.length, 0, bodyStart.length) === 0 &&
    // With errors behind the data it would end otherwise, unless extensions come last.
    bytes[length - 1] === brace &&
    bytes[length - 2] === brace &&
    // As a key, or as a text that is just this: then nothing is lost but time.
    !bytes.includes(extensionsKey) &&
    isUtf8(bytes)
  );
}
