/**
 * HISTORY and SEND: a fetch of entities, compiled: each is asked for once, however often it stands in the answer (entity-ask.ts), and completed where it stands.
 * Called by compiled-plan.ts.
 */
import type { EntityFetch } from '../planning/plan.ts';
import { compileEntityAsk } from './entity-ask.ts';
import type { EntityList } from './entity-group.ts';
import { CompiledGroup, locate, toRepresentations } from './entity-group.ts';
import { parseReply } from './fetch-sending.ts';
import type { FetchOptions, RunNode } from './run-node.ts';
import { attempt } from './run-node.ts';

export function compileEntityFetch(fetch: EntityFetch, options: FetchOptions): RunNode {
  const groups = fetch.groups.map((group) => new CompiledGroup(group, options.schema));
  const { subgraph } = fetch;
  const ask = compileEntityAsk(fetch, options);
  return (execution) => {
    const lists = groups.map((group) => group.collect(execution.data));
    if (lists.every(({ size }) => size === 0)) return undefined;
    return attempt(execution, async () => {
      const reply = await ask(execution, lists.map(toRepresentations));
      const { answer, cachePolicy } = parseReply({ fetch, execution, options }, reply);
      execution.notePolicy(cachePolicy);
      for (const error of answer.errors)
        execution.errors.push(...locate({ error, groups, lists, execution, subgraph }));
      const { data } = answer;
      if (data !== null)
        for (const [index, group] of groups.entries()) group.take(data, lists[index] as EntityList);
    });
  };
}
