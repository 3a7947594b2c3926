/**
 * HISTORY and SEND: how the entities of a fetch are asked for: all lists in one request, or by way of the entity cache where it may know them. Called by
 * entity-fetch.ts and splicing/spliced-fetch.ts.
 */
import type { EntityFetch } from '../planning/plan.ts';
import { compileCachedAsk } from './cached-entities.ts';
import { compileBody } from './fetch-body.ts';
import { send } from './fetch-sending.ts';
import type { AskForEntities, FetchOptions } from './run-node.ts';

/** Asks once in an execution. */
export function compileEntityAsk(fetch: EntityFetch, options: FetchOptions): AskForEntities {
  const { cachedSourceOf, isMutation } = options;
  const directly = compileDirectAsk(fetch, options);
  // What a mutation answers must not be from before it.
  const ask =
    cachedSourceOf === null || isMutation
      ? directly
      : compileCachedAsk(fetch, () => cachedSourceOf(fetch.subgraph), directly);
  return (execution, lists) => {
    const request = lists.map(({ text }) => text).join();
    return execution.askOnce(fetch, request, () => ask(execution, lists));
  };
}

function compileDirectAsk(fetch: EntityFetch, options: FetchOptions): AskForEntities {
  const writeBody = compileBody(fetch);
  return async (execution, lists) => {
    const texts = lists.map(({ text }) => text);
    return send({ fetch, execution, options }, writeBody(execution.variables, texts));
  };
}
