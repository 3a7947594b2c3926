/**
 * HISTORY and SEND: a fetch of entities, compiled: each is asked for once, however often it stands in the answer, by way of the entity cache where there is one.
 * Called by compiled-plan.ts.
 */

import type { EntityFetch } from '../planning/plan.ts';
import { compileCachedAsk } from './cached-entities.ts';
import type { AskForEntities, EntityList } from './entity-group.ts';
import { CompiledGroup, locate, toRepresentations } from './entity-group.ts';
import { compileBody } from './fetch-body.ts';
import type { FetchOptions, RunNode } from './run-node.ts';
import { ask, attempt } from './run-node.ts';

export function compileEntityFetch(fetch: EntityFetch, options: FetchOptions): RunNode {
  const groups = fetch.groups.map((group) => new CompiledGroup(group, options.schema));
  const { subgraph } = fetch;
  const { cachedSourceOf, isMutation } = options;
  // What a mutation answers must not be from before it.
  const askForEntities =
    cachedSourceOf === null || isMutation
      ? compileAsk(fetch, options)
      : compileCachedAsk(fetch, () => cachedSourceOf(subgraph));
  return (execution) => {
    const lists = groups.map((group) => group.collect(execution.data));
    if (lists.every(({ size }) => size === 0)) return undefined;
    return attempt(execution, async () => {
      const { answer, cachePolicy } = await askForEntities(execution, lists.map(toRepresentations));
      execution.notePolicy(cachePolicy);
      for (const error of answer.errors)
        execution.errors.push(...locate({ error, groups, lists, execution, subgraph }));
      const { data } = answer;
      if (data !== null)
        for (const [index, group] of groups.entries()) group.take(data, lists[index] as EntityList);
    });
  };
}

/** All groups in one request. */
function compileAsk(fetch: EntityFetch, options: FetchOptions): AskForEntities {
  const writeBody = compileBody(fetch);
  return (execution, lists) => {
    const body = writeBody(
      execution.variables,
      lists.map(({ text }) => text),
    );
    return ask({ fetch, execution, options }, body);
  };
}
