/**
 * HISTORY: entities by way of the entity cache (entities/), which knows them by subgraph, selection and representation: what is kept is not asked for, and what
 * several want in one turn of the event loop is one request. Called by entity-fetch.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { strictestPolicy } from '../cache-policy.ts';
import type { ProcessOptions, SubgraphSource } from '../data-source.ts';
import type { AskForEntities, EntityList } from './entity-group.ts';
import type { EntityOperation } from './entity-operations.ts';
import { toEntityOperations } from './entity-operations.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './json-objects.ts';
import { setField } from './json-objects.ts';
import type { EntityFetch } from './plan.ts';

/** A request for each group that has entities. */
export function compileCachedAsk(fetch: EntityFetch, findSource: () => SubgraphSource): AskForEntities {
  const operations = toEntityOperations(fetch);
  return async (execution, lists) => {
    const source = findSource();
    const wanted = operations.flatMap((operation, index) => {
      const list = lists[index];
      return list === undefined || list.size === 0 ? [] : [{ operation, list }];
    });
    const answers = await Promise.all(
      wanted.map(({ operation, list }) => source.process(toRequest(operation, list, execution))),
    );
    const data: JsonObject = {};
    const errors: GraphQLFormattedError[] = [];
    for (const [index, answer] of answers.entries()) {
      const responseKey = wanted[index]?.operation.group.responseKey ?? '';
      setField(data, responseKey, answer.data?._entities ?? null);
      for (const error of answer.errors ?? []) errors.push(underKey(error, responseKey));
    }
    const hasData = answers.some((answer) => answer.data);
    const cachePolicy = strictestPolicy(answers.map((answer) => answer.cachePolicy));
    return { kind: 'answer', answer: { data: hasData ? data : null, errors }, cachePolicy };
  };
}

function toRequest(
  { operation, variables }: EntityOperation,
  list: EntityList,
  execution: Execution,
): ProcessOptions {
  const values = Object.fromEntries(
    variables
      .filter((name) => Object.hasOwn(execution.variables, name))
      .map((name) => [name, execution.variables[name]]),
  );
  const representations: unknown = JSON.parse(`[${[...list.keys()].join(',')}]`);
  const { context } = execution;
  return {
    request: { query: operation, variables: { ...values, representations } },
    incomingRequestContext: { context },
  } as unknown as ProcessOptions;
}

/** As if it had been asked for under this one. */
function underKey(error: GraphQLFormattedError, responseKey: string): GraphQLFormattedError {
  const { message, extensions, path } = error;
  const [, ...below] = path ?? [];
  return {
    message,
    ...(extensions === undefined ? {} : { extensions }),
    ...(path === undefined ? {} : { path: [responseKey, ...below] }),
  };
}
