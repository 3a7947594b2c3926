/** The benchmark's result for people and programs: medians over the rounds, in bench/results. Called by bench/run.ts. */
import { renderJson, writeResults } from '../results.ts';
import { describeMachine, median, renderTable as renderRows, toPercent } from '../table.ts';
import type { Measurement } from './measure-cell.ts';
import { pacedRate } from './measure-cell.ts';
import type { Cell, FanoutOptions, FanoutResult } from './measure-fanout.ts';
import { describeScene } from './scenes.ts';

/** Processes that are not behind the server. */
const frontNames: ReadonlySet<string> = new Set(['server', 'subscribers', 'benchmark']);

const columns = [
  'peer',
  'deliveries/s',
  'ratio',
  'server us',
  'server CPU',
  'waits',
  'backend us',
  'load CPU',
  'all else',
  'p50 ms',
  'p99 ms',
  'KB/conn',
  'live KB',
  'load avg',
];

/** Writes fanout.json and fanout.md; returns the text of the second. */
export function writeReport(result: FanoutResult, options: FanoutOptions): string {
  const text = renderMarkdown(result, options);
  writeResults('fanout', { md: text, json: renderJson(toMeasured(result, options)) });
  return text;
}

function toMeasured({ isPinned, cells }: FanoutResult, { rounds, seconds }: FanoutOptions): object {
  return {
    isPinned,
    rounds,
    seconds,
    pacedRate,
    cells: cells.map(({ scene, peer, rounds: measured, failures }) => ({
      ...scene,
      peer: peer.name,
      description: peer.description,
      rounds: measured,
      failures,
    })),
  };
}

function renderMarkdown({ isPinned, cells }: FanoutResult, options: FanoutOptions): string {
  const { rounds, seconds, scenes } = options;
  const peers = new Map(cells.map(({ peer }) => [peer.name, peer.description]));
  return [
    '# Fan-out',
    '',
    `Medians of ${rounds} rounds of ${seconds} s, ${describeMachine()}, Node ${process.version}.`,
    isPinned
      ? 'The server has core 0 for itself; everything else, the load generator too, shares the others.'
      : 'Processes are not pinned to cores.',
    `Latency is from publishing to the subscriber at ${pacedRate} deliveries/s; the other columns are at saturation.`,
    '"us" is CPU time for each delivery: of the server, and of all that stands behind it. "waits" is the time for which the server could',
    'have run, but others had its core; where it and "server CPU" together are well below 100 %, the limit was "all else": the share of a',
    'core that the load generator ("load CPU"), the source of the events and what stands behind the server take together. A ratio is to',
    'MessageMe in the same place. "KB/conn" is resident memory for each connection with one idle subscription, "live KB" what of it is left',
    'after a garbage collection; both mean something from 1,000 subscribers on: a young process grows by itself.',
    describeCalibration(cells),
    '',
    ...[...peers].map(([name, description]) => `- \`${name}\`: ${description}`),
    ...scenes.flatMap((scene) => [
      '',
      `## ${describeScene(scene)}`,
      '',
      ...renderTable(cells.filter((cell) => cell.scene === scene)),
    ]),
    '',
  ].join('\n');
}

/** The load generator must not be what is measured. */
function describeCalibration(cells: readonly Cell[]): string {
  const measured = cells.flatMap(({ peer, rounds }) =>
    rounds.map((round) => ({ name: peer.name, ...round })),
  );
  const [fastest] = measured.sort((a, b) => b.deliveriesPerSecond - a.deliveriesPerSecond);
  if (fastest === undefined) return 'Nothing could be measured.';
  const { name, deliveriesPerSecond, cores } = fastest;
  const perSecond = Math.round(deliveriesPerSecond).toLocaleString('en');
  return `The most that the load generator has taken: ${perSecond} deliveries/s from \`${name}\`, at ${toPercent(cores.subscribers ?? 0)} of its core.`;
}

function renderTable(cells: readonly Cell[]): string[] {
  const failures = cells.flatMap(({ peer, failures: reasons }) =>
    reasons.map((reason) => `- \`${peer.name}\` failed: ${reason}`),
  );
  const rows = [columns, ...cells.map((cell) => toRow(cell, findReference(cell, cells)))];
  return [...renderRows(rows), ...(failures.length === 0 ? [] : ['', ...failures])];
}

/** MessageMe's deliveries a second in the same place; of the first that has any where it has none. */
function findReference({ peer }: Cell, cells: readonly Cell[]): number {
  const name = peer.name.endsWith('-alone') ? 'messageme-alone' : 'messageme';
  const measured = cells.filter(({ rounds }) => rounds.length > 0);
  const reference = measured.find((cell) => cell.peer.name === name) ?? measured[0];
  return median(reference?.rounds ?? [], (round) => round.deliveriesPerSecond);
}

function toRow({ peer, rounds }: Cell, reference: number): string[] {
  if (rounds.length === 0) return [peer.name, 'failed', ...columns.slice(2).map(() => '')];
  const of = (read: (round: Measurement) => number) => median(rounds, read);
  const perSecond = of((round) => round.deliveriesPerSecond);
  return [
    peer.name,
    Math.round(perSecond).toLocaleString('en'),
    (perSecond / reference).toFixed(2),
    of((round) => round.cpuUs.server ?? Number.NaN).toFixed(1),
    toPercent(of((round) => round.cores.server ?? Number.NaN)),
    toPercent(of((round) => round.serverWait)),
    of(readBackendUs).toFixed(1),
    toPercent(of((round) => round.cores.subscribers ?? Number.NaN)),
    toPercent(of(readOtherCores)),
    of((round) => round.latencyMs.p50).toFixed(1),
    of((round) => round.latencyMs.p99).toFixed(1),
    of((round) => round.connectionKb).toFixed(0),
    of((round) => round.connectionLiveKb).toFixed(1),
    of((round) => round.loadAverage).toFixed(1),
  ];
}

function readBackendUs({ cpuUs }: Measurement): number {
  const backend = Object.entries(cpuUs).filter(([name]) => !frontNames.has(name));
  return backend.reduce((sum, [, us]) => sum + us, 0);
}

function readOtherCores({ cores }: Measurement): number {
  const { server: _server, ...others } = cores;
  return Object.values(others).reduce((sum, share) => sum + share, 0);
}
