/** HISTORY and SEND: what the compiled parts of a plan have in common. Used by compiled-plan.ts and by the fetches, root-fetch.ts and entity-fetch.ts. */
import { toGraphQLError } from '#platform/graphql-errors.ts';
import type { CachedSource } from '../../entities/entity-source.ts';
import { toClientName } from '../planning/client-keys.ts';
import type { Execution } from './execution.ts';
import type { FetchReply } from './fetch-reply.ts';
import type { Place } from './paths.ts';
import type { QuerySchema } from './query-schema.ts';
import type { QuerySource } from './query-source.ts';

/** Never rejects: what goes wrong is an error of the execution. */
export type RunNode = (execution: Execution) => Promise<void> | undefined;

/**
 * The body of a whole answer without errors, from the bytes of subgraphs; null when there is more to it, and the plan has to be run: what was sent is not sent
 * again. Rejects only with ANSWER_TOO_LARGE.
 */
export type AnswerInBytes = (execution: Execution) => Promise<Buffer | null>;

/** The entities of one list. */
export interface Representations {
  readonly size: number;
  /** JSON text of all of them. */
  readonly text: string;
  /** JSON text of each. */
  split(): readonly string[];
}

/** For the lists of one execution, in the order of the groups. The answer has a list under the key of each group. Rejects when the subgraph does not answer. */
export type AskForEntities = (execution: Execution, lists: readonly Representations[]) => Promise<FetchReply>;

export interface QuerySources {
  readonly sourceOf: (subgraph: string) => QuerySource;
  /** For entities, by way of the cache; null when there is none. */
  readonly cachedSourceOf: ((subgraph: string) => CachedSource) | null;
}

export interface FetchOptions extends QuerySources {
  readonly schema: QuerySchema;
  /** Of the client's operation. */
  readonly isMutation: boolean;
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
