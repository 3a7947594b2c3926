/**
 * HISTORY: one fetch of a plan where answers are put together from bytes: sent, and its answer gone over once. Compiled by spliced-plan.ts; what
 * execution/root-fetch.ts and execution/entity-fetch.ts are to the plan.
 */
import { isUtf8 } from 'node:buffer';
import type { CachePolicy } from '../../cache-policy.ts';
import { readCachePolicy } from '../../cache-policy.ts';
import type { SubgraphReply } from '../../subgraph-transport.ts';
import { compileEntityAsk } from '../execution/entity-ask.ts';
import type { Execution } from '../execution/execution.ts';
import { compileBody } from '../execution/fetch-body.ts';
import type { KeptReply } from '../execution/fetch-reply.ts';
import { sendOnce, tryAsking } from '../execution/fetch-sending.ts';
import type { FetchOptions } from '../execution/run-node.ts';
import type { EntityFetch, RootFetch } from '../planning/plan.ts';
import type { ObjectLayout } from './answer-layout.ts';
import { toHead } from './answer-layout.ts';
import type { Inside, Part, ReadInside, Sites } from './answer-reader.ts';
import { compileListReader, compileObjectReader } from './answer-reader.ts';
import { closeBrace, comma, dataStart, openBrace } from './json-bytes.ts';
import { JsonScanner } from './json-scanner.ts';
import type { SplicedGroup, Targets } from './spliced-entities.ts';

/** One answer that is being made. */
export interface Run {
  readonly execution: Execution;
  /** Has what the root fetches answer as its additions. */
  readonly root: Part;
  readonly sites: Sites;
  readonly policies: CachePolicy[];
  /** Of all replies so far. */
  bytes: number;
}

/** False when the answer has to be made otherwise. Never rejects. */
export type Step = (run: Run) => Promise<boolean>;

/** `addition`: of the root. */
export function compileRootStep(
  fetch: RootFetch,
  { layout, addition }: { readonly layout: ObjectLayout; readonly addition: number },
  options: FetchOptions,
): Step {
  const writeBody = compileBody(fetch);
  const read = compileObjectReader(layout);
  return async (run) => {
    const { execution } = run;
    const reply = await tryAsking(() =>
      sendOnce({ fetch, execution, options }, writeBody(execution.variables, [])),
    );
    if (reply?.kind !== 'sent') return false;
    const part = readReply(reply.reply, run, read);
    if (part === undefined) return false;
    run.root.additions[addition] = part as Part;
    return true;
  };
}

/** In the order in which the answer has them. */
export interface GroupLayout {
  readonly responseKey: string;
  readonly layout: ObjectLayout;
  readonly group: SplicedGroup;
}

/** `groups` in the order of the fetch's, too. */
export function compileEntityStep(
  fetch: EntityFetch,
  groups: readonly GroupLayout[],
  options: FetchOptions,
): Step {
  const ask = compileEntityAsk(fetch, options);
  const lists = groups.map(compileList);
  const readData = compileListsReader(lists);
  return async (run) => {
    const targets: Targets[] = [];
    for (const { group } of groups) {
      const ofGroup = group.collect(run.sites);
      if (ofGroup === null) return false;
      targets.push(ofGroup);
    }
    if (targets.every(({ size }) => size === 0)) return true;
    const wanted = groups.map(({ group }, index) => group.toRepresentations(targets[index] as Targets));
    const reply = await tryAsking(() => ask(run.execution, wanted));
    if (reply === null) return false;
    const found = reply.kind === 'sent' ? readReply(reply.reply, run, readData) : readKept(reply, run, lists);
    if (found === undefined) return false;
    return groups.every(({ group }, index) => group.take(found[index] as Inside, targets[index] as Targets));
  };
}

interface CompiledList {
  readonly responseKey: string;
  readonly head: Buffer;
  readonly read: ReadInside;
}

function compileList({ responseKey, layout }: GroupLayout): CompiledList {
  const readEntity = compileObjectReader(layout);
  const readItem: ReadInside = (scanner, sites) => (scanner.takeNull() ? null : readEntity(scanner, sites));
  return { responseKey, head: toHead(responseKey), read: compileListReader(readItem, false) };
}

/** `{"_entities":[...]}` -> the entities of each list. */
function compileListsReader(
  lists: readonly CompiledList[],
): (scanner: JsonScanner, sites: Sites) => readonly Inside[] | undefined {
  return (scanner, sites) => {
    const found: Inside[] = [];
    for (const { head, read } of lists) {
      if (!scanner.take(found.length === 0 ? openBrace : comma) || !scanner.takeText(head)) return undefined;
      const entities = read(scanner, sites);
      if (entities === undefined) return undefined;
      found.push(entities);
    }
    return scanner.take(closeBrace) ? found : undefined;
  };
}

/** Undefined when it is not `{"data":...}` with data as it should be. */
function readReply<Data>(
  { status, bytes, cacheControl }: SubgraphReply,
  run: Run,
  readData: (scanner: JsonScanner, sites: Sites) => Data | undefined,
): Data | undefined {
  const scanner = new JsonScanner(bytes);
  if (status !== 200 || !scanner.takeText(dataStart) || !isUtf8(bytes)) return undefined;
  const data = readData(scanner, run.sites);
  if (data === undefined || !scanner.take(closeBrace) || !scanner.isAtEnd) return undefined;
  run.policies.push(readCachePolicy(cacheControl));
  run.bytes += bytes.length;
  return data;
}

/** Undefined when entities are not as they should be. */
function readKept(
  { texts, errors, cachePolicy }: KeptReply,
  run: Run,
  lists: readonly CompiledList[],
): readonly Inside[] | undefined {
  if (errors.length > 0) return undefined;
  const found: Inside[] = [];
  for (const { responseKey, read } of lists) {
    const scanner = new JsonScanner(Buffer.from(texts.get(responseKey) ?? '[]'));
    const entities = read(scanner, run.sites);
    if (entities === undefined) return undefined;
    run.bytes += scanner.bytes.length;
    found.push(entities);
  }
  run.policies.push(cachePolicy);
  return found;
}
