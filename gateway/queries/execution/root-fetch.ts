/** HISTORY and SEND: a fetch of root fields, compiled: request text, answer merged where it belongs, or handed on as it came. Called by compiled-plan.ts. */
import { readCachePolicy } from '../../cache-policy.ts';
import type { ParsedAnswer } from '../../subgraph-answer.ts';
import { toDownstreamError } from '../../subgraph-answer.ts';
import type { RootFetch } from '../planning/plan.ts';
import { answerTooLarge } from './answer-size.ts';
import type { Execution } from './execution.ts';
import { compileBody } from './fetch-body.ts';
import { parseReply, sendOnce, tryAsking } from './fetch-sending.ts';
import type { JsonObject } from './json-objects.ts';
import { copyJson, merge } from './json-objects.ts';
import { compilePath, findPlaces } from './paths.ts';
import { compileRewrites, readRenames } from './rewrites.ts';
import type { AnswerInBytes, FetchOptions, RunNode } from './run-node.ts';
import { attempt, createRename } from './run-node.ts';
import { isDataAlone } from './source-reply.ts';

/** Fields of a root type, wherever in the answer they belong. */
export function compileRootFetch(fetch: RootFetch, options: FetchOptions): RunNode {
  const writeBody = compileBody(fetch);
  const take = compileTake(fetch, options);
  const walk = fetch.path.length === 0 ? null : compilePath(fetch.path, options.schema.isOfType);
  return (execution) => {
    const targets: JsonObject[] = [];
    if (walk === null) targets.push(execution.data);
    else walk(execution.data, (object) => targets.push(object));
    if (targets.length === 0) return undefined;
    return attempt(execution, async () => {
      const sending = { fetch, execution, options };
      const reply = await sendOnce(sending, writeBody(execution.variables, []));
      const { answer, cachePolicy } = parseReply(sending, reply);
      execution.notePolicy(cachePolicy);
      take(answer, execution, targets);
    });
  };
}

/** The subgraph's answer as it came, where it is the client's; null where it has to be taken in, as any other. */
export function compilePassThrough(fetch: RootFetch, options: FetchOptions, bytesMax: number): AnswerInBytes {
  const writeBody = compileBody(fetch);
  return async (execution) => {
    const found = await tryAsking(() =>
      sendOnce({ fetch, execution, options }, writeBody(execution.variables, [])),
    );
    if (found?.kind !== 'sent' || !isDataAlone(found.reply)) return null;
    if (found.reply.bytes.length > bytesMax) throw answerTooLarge(bytesMax);
    execution.notePolicy(readCachePolicy(found.reply.cacheControl));
    return found.reply.bytes;
  };
}

type TakeRoot = (answer: ParsedAnswer, execution: Execution, targets: readonly JsonObject[]) => void;

function compileTake({ outputRewrites, subgraph, path }: RootFetch, { schema }: FetchOptions): TakeRoot {
  const { isOfType, interfaceObjects } = schema;
  const rewrite = compileRewrites(outputRewrites, isOfType);
  const rename = createRename(readRenames(outputRewrites));
  const findTargets = (data: JsonObject) => [...findPlaces(path, data, isOfType).values()].flat();
  return ({ data, errors }, execution, targets) => {
    for (const error of errors) {
      const below = error.path;
      const places =
        below === undefined
          ? [undefined]
          : findTargets(execution.data).map((at) => rename([...at, ...below]));
      for (const place of places) execution.errors.push(toDownstreamError(error, subgraph, place));
    }
    if (data === null) return;
    rewrite?.(data);
    for (const [index, target] of targets.entries())
      merge(target, index === 0 ? data : copyJson(data), interfaceObjects);
  };
}
