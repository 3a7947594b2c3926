/**
 * HISTORY: one fetch of a plan where answers are put together from bytes: sent, and its answer gone over once. Compiled by spliced-plan.ts; what
 * execution/root-fetch.ts and execution/entity-fetch.ts are to the plan.
 */
import type { CachePolicy } from '../../cache-policy.ts';
import { readCachePolicy } from '../../cache-policy.ts';
import type { SubgraphReply } from '../../subgraph-transport.ts';
import type { Execution } from '../execution/execution.ts';
import { compileBody } from '../execution/fetch-body.ts';
import type { FetchOptions } from '../execution/run-node.ts';
import { trySending } from '../execution/run-node.ts';
import type { EntityFetch, RootFetch } from '../planning/plan.ts';
import type { ObjectLayout } from './answer-layout.ts';
import { toHead } from './answer-layout.ts';
import type { Inside, Part, ReadInside, Sites } from './answer-reader.ts';
import { compileListReader, compileObjectReader } from './answer-reader.ts';
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
    const reply = await trySending({ fetch, execution, options }, () => writeBody(execution.variables, []));
    const part = readReply(reply, run, read);
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
  const writeBody = compileBody(fetch);
  const read = compileListsReader(groups);
  return async (run) => {
    const { execution, sites } = run;
    const lists: Targets[] = [];
    for (const { group } of groups) {
      const targets = group.collect(sites);
      if (targets === null) return false;
      lists.push(targets);
    }
    if (lists.every(({ size }) => size === 0)) return true;
    const reply = await trySending({ fetch, execution, options }, () => {
      const texts = groups.map(({ group }, index) => group.toText(lists[index] as Targets));
      return writeBody(execution.variables, texts);
    });
    const found = readReply(reply, run, read);
    if (found === undefined) return false;
    return groups.every(({ group }, index) => group.take(found[index] as Inside, lists[index] as Targets));
  };
}

const comma = ','.charCodeAt(0);
const openBrace = '{'.charCodeAt(0);
const closeBrace = '}'.charCodeAt(0);

/** `{"_entities":[...]}` -> the entities of each group. */
function compileListsReader(
  groups: readonly GroupLayout[],
): (scanner: JsonScanner, sites: Sites) => readonly Inside[] | undefined {
  const lists = groups.map(({ responseKey, layout }) => {
    const readEntity = compileObjectReader(layout);
    const readItem: ReadInside = (scanner, sites) => (scanner.takeNull() ? null : readEntity(scanner, sites));
    return { head: toHead(responseKey), read: compileListReader(readItem, false) };
  });
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

const dataStart = Buffer.from('{"data":');

/** Undefined when it is not `{"data":...}` with data as it should be. */
function readReply<Data>(
  reply: SubgraphReply | null,
  run: Run,
  readData: (scanner: JsonScanner, sites: Sites) => Data | undefined,
): Data | undefined {
  if (reply === null || reply.status !== 200) return undefined;
  const scanner = new JsonScanner(reply.bytes);
  if (!scanner.takeText(dataStart)) return undefined;
  const data = readData(scanner, run.sites);
  if (data === undefined || !scanner.take(closeBrace) || !scanner.isAtEnd) return undefined;
  run.policies.push(readCachePolicy(reply.cacheControl));
  run.bytes += reply.bytes.length;
  return data;
}
