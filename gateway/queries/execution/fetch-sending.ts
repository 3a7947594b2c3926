/**
 * HISTORY and SEND: a fetch is sent to its subgraph, once in an execution, whichever way the answer is made of it. Called by root-fetch.ts and entity-ask.ts, and by what
 * puts answers together from bytes, splicing/spliced-fetch.ts.
 */
import type { EntityFetch, RootFetch } from '../planning/plan.ts';
import type { Execution } from './execution.ts';
import type { FetchReply } from './fetch-reply.ts';
import type { JsonObject } from './json-objects.ts';
import { setField } from './json-objects.ts';
import type { SourceRequest } from './query-source.ts';
import type { FetchOptions } from './run-node.ts';
import type { SourceReply } from './source-reply.ts';
import { toSourceReply } from './source-reply.ts';

export interface Sending {
  readonly fetch: RootFetch | EntityFetch;
  readonly execution: Execution;
  readonly options: FetchOptions;
}

/** Rejects when the subgraph does not answer. */
export async function send({ fetch, execution, options }: Sending, body: string): Promise<FetchReply> {
  const { context } = execution;
  const kind = kindOf(fetch, options);
  return { kind: 'sent', reply: await options.sourceOf(fetch.subgraph).send({ kind, body, context }) };
}

/** The same, unless this has been asked before. */
export function sendOnce(sending: Sending, body: string): Promise<FetchReply> {
  return sending.execution.askOnce(sending.fetch, body, () => send(sending, body));
}

/** Throws a GraphQLError when it is no answer. */
export function parseReply({ fetch, options }: Sending, reply: FetchReply): SourceReply {
  if (reply.kind === 'sent') return toSourceReply(kindOf(fetch, options), reply.reply);
  const { texts, errors, cachePolicy } = reply;
  const data: JsonObject = {};
  for (const [responseKey, text] of texts) setField(data, responseKey, JSON.parse(text));
  return { answer: { data, errors }, cachePolicy };
}

/** Null when there is no reply: whoever runs the plan is told why. */
export async function tryAsking(ask: () => Promise<FetchReply>): Promise<FetchReply | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}

function kindOf(fetch: RootFetch | EntityFetch, { isMutation }: FetchOptions): SourceRequest['kind'] {
  if (fetch.kind === 'RootFetch' && fetch.operationKind === 'mutation') return 'mutation';
  return isMutation ? 'after-mutation' : 'query';
}
