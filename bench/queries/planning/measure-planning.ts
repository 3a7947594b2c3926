/**
 * `npm run bench -- queries --planning`: how long each gateway takes for the largest query of the chat when it has never seen it, nothing behind the plan. Each
 * time is that of a whole request, so one that is known is measured too. Called by bench/run.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeChatSupergraph } from '../../chat-supergraph.ts';
import { toPercentiles } from '../../percentiles.ts';
import type { ServerStarter } from '../../start-server.ts';
import { describeMachine, renderTable } from '../../table.ts';
import type { QueriesOptions } from '../measure-queries.ts';
import type { Peer, Place } from '../peers/peer.ts';
import { createPeers, createStarter } from '../start-peers.ts';
import { startStubBackend } from '../stub-backend.ts';
import { createScreenQuery } from './screen.ts';

const folder = join(import.meta.dirname, '../../results');

/** Of one process: the query under as many names. */
const plansPerProcess = 20;
const knownRequests = 20;

interface PlanningTimes {
  /** Of the first in each process. */
  readonly firstMs: number[];
  readonly coldMs: number[];
  readonly knownMs: number[];
}

/** Each round is a process of its own. Writes planning.json and planning.md; returns the text of the second. */
export async function measurePlanning(options: QueriesOptions): Promise<string> {
  const { rounds, print } = options;
  await using resources = new AsyncDisposableStack();
  const starter = createStarter(resources, print);
  const backend = await startStubBackend(starter);
  const subgraphUrl = `http://127.0.0.1:${backend.port}/graphql`;
  const supergraphPath = writeChatSupergraph(starter.folder, {
    auth: subgraphUrl,
    chat: subgraphUrl,
    storage: subgraphUrl,
  });
  // Neither plans or its settings change nothing.
  const names = options.peers.filter((name) => name !== 'echo' && name !== 'messageme-cached');
  const peers = await createPeers(starter, { names, answersByScene: new Map(), print });
  const measured = peers.map((peer) => ({ peer, times: { firstMs: [], coldMs: [], knownMs: [] } }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { peer, times } of measured) {
      print(`round ${round}/${rounds}  planning  ${peer.name} ...`);
      await measureProcess(peer, { starter, place: { supergraphPath, subgraphUrl }, times });
    }
  }
  return writePlanning(measured, rounds);
}

interface ProcessOptions {
  readonly starter: ServerStarter;
  readonly place: Place;
  /** Added to. */
  readonly times: PlanningTimes;
}

async function measureProcess(peer: Peer, { starter, place, times }: ProcessOptions): Promise<void> {
  await using server = await peer.start(starter, place);
  const url = `http://127.0.0.1:${server.port}${peer.toPath('one-fetch', 0)}`;
  // What only the first request of a process costs is not planning.
  await ask(url, '{ __typename }');
  for (let n = 0; n < plansPerProcess; n += 1) {
    const ms = await ask(url, createScreenQuery(`Screen${n}`));
    times.coldMs.push(ms);
    if (n === 0) times.firstMs.push(ms);
  }
  for (let n = 0; n < knownRequests; n += 1) times.knownMs.push(await ask(url, createScreenQuery('Screen0')));
}

/** Milliseconds. Rejects when the gateway refuses the query. */
async function ask(url: string, query: string): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables: { conversationId: 'cnv_none', after: null } }),
  });
  const text = await response.text();
  const ms = performance.now() - startedAt;
  if (response.status !== 200 || text.includes('GRAPHQL_VALIDATION_FAILED'))
    throw new Error(`${url} refuses to plan: ${response.status} ${text.slice(0, 500)}`);
  return ms;
}

function writePlanning(
  measured: readonly { readonly peer: Peer; readonly times: PlanningTimes }[],
  rounds: number,
): string {
  const rows = measured.map(({ peer, times }) => {
    const [first, cold, known] = [times.firstMs, times.coldMs, times.knownMs].map((ms) => toPercentiles(ms));
    return [peer.name, first?.p50, cold?.p50, cold?.max, known?.p50].map(String);
  });
  const text = [
    '# Planning',
    '',
    `The largest query of the chat's supergraph, ${rounds} fresh processes of each gateway, ${plansPerProcess} plans in each, ${describeMachine()}, Node ${process.version}.`,
    'Milliseconds of a whole request whose first fetch fails at once: the first of a process, all that were not known, one that is known.',
    '',
    ...measured.map(({ peer }) => `- \`${peer.name}\`: ${peer.description}`),
    '',
    ...renderTable([['peer', 'first p50', 'cold p50', 'cold max', 'known p50'], ...rows]),
    '',
  ].join('\n');
  const json = {
    measuredAt: new Date().toISOString(),
    machine: describeMachine(),
    node: process.version,
    peers: measured.map(({ peer, times }) => ({ peer: peer.name, ...times })),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'planning.md'), text);
  writeFileSync(join(folder, 'planning.json'), `${JSON.stringify(json, null, 2)}\n`);
  return text;
}
