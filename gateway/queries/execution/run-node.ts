/** HISTORY and SEND: what the compiled parts of a plan have in common. Used by compiled-plan.ts and by the fetches, root-fetch.ts and entity-fetch.ts. */
import { toGraphQLError } from '#platform/graphql-errors.ts';
import type { SubgraphSource } from '../../data-source.ts';
import type { SubgraphReply } from '../../subgraph-transport.ts';
import { toClientName } from '../planning/client-keys.ts';
import type { EntityFetch, RootFetch } from '../planning/plan.ts';
import type { Execution } from './execution.ts';
import type { Place } from './paths.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource, SourceRequest } from './query-source.ts';
import type { SourceReply } from './source-reply.ts';
import { toSourceReply } from './source-reply.ts';

/** Never rejects: what goes wrong is an error of the execution. */
export type RunNode = (execution: Execution) => Promise<void> | undefined;

/**
 * The body of a whole answer without errors, from the bytes of subgraphs; null when there is more to it, and the plan has to be run: what was sent is not sent
 * again. Never rejects.
 */
export type AnswerInBytes = (execution: Execution) => Promise<Buffer | null>;

export interface QuerySources {
  readonly sourceOf: (subgraph: string) => QuerySource;
  /** For entities, by way of the cache; null when there is none. */
  readonly cachedSourceOf: ((subgraph: string) => SubgraphSource) | null;
}

export interface FetchOptions extends QuerySources {
  readonly schema: QuerySchema;
  /** Of the client's operation. */
  readonly isMutation: boolean;
}

function kindOf(fetch: RootFetch | EntityFetch, { isMutation }: FetchOptions): SourceRequest['kind'] {
  if (fetch.kind === 'RootFetch' && fetch.operationKind === 'mutation') return 'mutation';
  return isMutation ? 'after-mutation' : 'query';
}

/** Of what, within which execution. */
export interface Sending {
  readonly fetch: RootFetch | EntityFetch;
  readonly execution: Execution;
  readonly options: FetchOptions;
}

/** Rejects when the subgraph does not answer. */
export function send({ fetch, execution, options }: Sending, body: string): Promise<SubgraphReply> {
  const { context } = execution;
  const kind = kindOf(fetch, options);
  return execution.askOnce(fetch, body, () => options.sourceOf(fetch.subgraph).send({ kind, body, context }));
}

/** Null when there is no reply: whoever runs the plan is told why. */
export async function trySending(sending: Sending, writeBody: () => string): Promise<SubgraphReply | null> {
  try {
    return await send(sending, writeBody());
  } catch {
    return null;
  }
}

/** As `send`; rejects also when it is no answer. */
export async function ask(sending: Sending, body: string): Promise<SourceReply> {
  return toSourceReply(kindOf(sending.fetch, sending.options), await send(sending, body));
}

export async function attempt(execution: Execution, fetch: () => Promise<void>): Promise<void> {
  try {
    await fetch();
  } catch (error) {
    execution.errors.push(toGraphQLError(error));
  }
}

export type Rename = (path: Place) => Place;

/** From keys of the subgraph's answer to those the client knows. */
export function createRename(renames: ReadonlyMap<string, string>): Rename {
  return (path) =>
    path.map((step) => (typeof step === 'string' ? toClientName(renames.get(step) ?? step) : step));
}
