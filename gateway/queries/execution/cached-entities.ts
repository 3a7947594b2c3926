/**
 * HISTORY: entities by way of the entity cache (entities/), which knows them by subgraph, selection and representation: what is kept is not asked for, and what
 * several want in one turn of the event loop is one request. Called by entity-ask.ts.
 */
import type { GraphQLFormattedError } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import { notPublic, readCachePolicy, strictestPolicy } from '../../cache-policy.ts';
import type { ProcessOptions } from '../../data-source.ts';
import type { Scope } from '../../entities/entity-query.ts';
import type { CachedSource } from '../../entities/entity-source.ts';
import type { EntityFetch } from '../planning/plan.ts';
import type { EntityOperation } from './entity-operations.ts';
import { toEntityOperations } from './entity-operations.ts';
import type { Execution } from './execution.ts';
import type { FetchReply } from './fetch-reply.ts';
import type { JsonObject } from './json-objects.ts';
import type { AskForEntities } from './run-node.ts';

/**
 * A request for each group that has entities. Asked for `directly` is what is known to be private, as nothing of it is kept, and what the cache does not know: planners
 * carry directives of the operation along.
 */
export function compileCachedAsk(
  fetch: EntityFetch,
  findSource: () => CachedSource,
  directly: AskForEntities,
): AskForEntities {
  const operations = toEntityOperations(fetch);
  return async (execution, lists) => {
    const source = findSource();
    const scopes = operations.map((one) =>
      source.findScope(one.operation, toValues(one, execution.variables)),
    );
    if (scopes.some((scope) => scope === null) || scopes.every((scope) => scope?.isPublic === false)) {
      const reply = await directly(execution, lists);
      noteReply(scopes, reply);
      return reply;
    }
    const wanted = operations.flatMap((operation, index) => {
      const list = lists[index];
      return list === undefined || list.size === 0 ? [] : [{ operation, list }];
    });
    const settled = await Promise.allSettled(
      wanted.map(({ operation, list }) => source.askForTexts(toRequest(operation, execution), list.split())),
    );
    const lost = settled.find((one) => one.status === 'rejected');
    if (lost !== undefined && settled.every(({ status }) => status === 'rejected')) throw lost.reason;
    const texts = new Map<string, string>();
    const errors: GraphQLFormattedError[] = [];
    for (const [index, { operation, list }] of wanted.entries()) {
      const { responseKey } = operation.group;
      const one = settled[index];
      const answer = one?.status === 'fulfilled' ? one.value : null;
      const told = answer === null ? [toGraphQLError(lost?.reason).toJSON()] : answer.errors;
      // Of one that has none the others' entities are not to be lost.
      const entities = answer?.texts ?? new Array<null>(list.size).fill(null);
      texts.set(responseKey, `[${entities.map((text) => text ?? 'null').join()}]`);
      for (const error of told) errors.push(underKey(error, responseKey));
    }
    const policies = settled.map((one) => (one.status === 'fulfilled' ? one.value.cachePolicy : notPublic));
    return { kind: 'kept', texts, errors, cachePolicy: strictestPolicy(policies) };
  };
}

/** The next one goes by way of the cache again, when it is for everybody now. */
function noteReply(scopes: readonly (Scope | null)[], reply: FetchReply): void {
  if (reply.kind !== 'sent' || !readCachePolicy(reply.reply.cacheControl).isPublic) return;
  for (const scope of scopes) if (scope !== null) scope.isPublic = null;
}

function toRequest(entityOperation: EntityOperation, { context, variables }: Execution): ProcessOptions {
  const request = { query: entityOperation.operation, variables: toValues(entityOperation, variables) };
  return { request, incomingRequestContext: { context } } as unknown as ProcessOptions;
}

function toValues({ variables: names }: EntityOperation, values: Execution['variables']): JsonObject {
  if (names.length === 0) return {};
  const given = names.filter((name) => Object.hasOwn(values, name));
  return Object.fromEntries(given.map((name) => [name, values[name]]));
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
