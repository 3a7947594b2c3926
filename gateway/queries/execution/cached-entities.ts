/**
 * HISTORY: entities by way of the entity cache (entities/), which knows them by subgraph, selection and representation: what is kept is not asked for, and what
 * several want in one turn of the event loop is one request. Called by entity-fetch.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import { notPublic, strictestPolicy } from '../../cache-policy.ts';
import type { ProcessOptions, SubgraphSource } from '../../data-source.ts';
import type { EntityFetch } from '../planning/plan.ts';
import type { AskForEntities, Representations } from './entity-group.ts';
import type { EntityOperation } from './entity-operations.ts';
import { toEntityOperations } from './entity-operations.ts';
import type { Execution } from './execution.ts';
import type { JsonObject } from './json-objects.ts';
import { setField } from './json-objects.ts';

/** A request for each group that has entities. */
export function compileCachedAsk(fetch: EntityFetch, findSource: () => SubgraphSource): AskForEntities {
  const operations = toEntityOperations(fetch);
  const ask: AskForEntities = async (execution, lists) => {
    const source = findSource();
    const wanted = operations.flatMap((operation, index) => {
      const list = lists[index];
      return list === undefined || list.size === 0 ? [] : [{ operation, list }];
    });
    const settled = await Promise.allSettled(
      wanted.map(({ operation, list }) => source.process(toRequest(operation, list, execution))),
    );
    const lost = settled.find((one) => one.status === 'rejected');
    if (lost !== undefined && settled.every(({ status }) => status === 'rejected')) throw lost.reason;
    const data: JsonObject = {};
    const errors: GraphQLFormattedError[] = [];
    for (const [index, { operation, list }] of wanted.entries()) {
      const { responseKey } = operation.group;
      const one = settled[index];
      const answer = one?.status === 'fulfilled' ? one.value : null;
      const told = answer === null ? [toGraphQLError(lost?.reason).toJSON()] : (answer.errors ?? []);
      // Of one that has none the others' entities are not to be lost.
      setField(data, responseKey, answer?.data?._entities ?? new Array(list.size).fill(null));
      for (const error of told) errors.push(underKey(error, responseKey));
    }
    const policies = settled.map((one) => (one.status === 'fulfilled' ? one.value.cachePolicy : notPublic));
    return { answer: { data, errors }, cachePolicy: strictestPolicy(policies) };
  };
  return (execution, lists) => {
    const request = lists.map(({ text }) => text).join();
    return execution.askOnce(fetch, request, () => ask(execution, lists));
  };
}

function toRequest(
  { operation, variables }: EntityOperation,
  list: Representations,
  execution: Execution,
): ProcessOptions {
  const values = Object.fromEntries(
    variables
      .filter((name) => Object.hasOwn(execution.variables, name))
      .map((name) => [name, execution.variables[name]]),
  );
  const representations: unknown = JSON.parse(list.text);
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
