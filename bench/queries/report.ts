/** The benchmark's result for people and programs: medians over the rounds, in bench/results. Called by bench/run.ts, calls chart.ts for the picture. */
import { renderJson, writeResults } from '../results.ts';
import { describeMachine, median, renderTable, toPercent } from '../table.ts';
import { renderChart } from './chart.ts';
import type { Measurement } from './measure-cell.ts';
import type { Cell, QueriesOptions, QueriesResult } from './measure-queries.ts';
import { describeLoad } from './measure-queries.ts';
import type { PeerName } from './peers/peer.ts';

/** What the others are compared with. */
const references = ['hive', 'hive-rust', 'apollo', 'echo'] as const satisfies readonly PeerName[];

const columns = [
  'peer',
  'requests/s',
  ...references.map((name) => `x ${name}`),
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'CPU x echo',
  'server CPU',
  'waits',
  'subgraphs CPU',
  'load CPU',
  'RSS MB',
  'load avg',
  'failed',
];

/** Writes queries.json, queries.md and queries.svg; returns the text of the second. */
export function writeReport(result: QueriesResult, options: QueriesOptions): string {
  const text = renderMarkdown(result, options);
  writeResults('queries', {
    md: text,
    json: renderJson(toMeasured(result, options)),
    svg: renderChart(result.cells),
  });
  return text;
}

function toMeasured({ isPinned, cells }: QueriesResult, { rounds, seconds }: QueriesOptions): object {
  return {
    isPinned,
    rounds,
    seconds,
    cells: cells.map(({ scene, connections, rate, peer, rounds: measured, failures }) => ({
      scene: scene.name,
      connections,
      rate,
      peer: peer.name,
      description: peer.description,
      rounds: measured,
      failures,
    })),
  };
}

function renderMarkdown({ isPinned, cells }: QueriesResult, options: QueriesOptions): string {
  const { rounds, seconds, scenes } = options;
  const peers = new Map(cells.map(({ peer }) => [peer.name, peer.description]));
  const loads = Map.groupBy(cells, describeLoad);
  return [
    '# Queries',
    '',
    `Medians of ${rounds} rounds of ${seconds} s, ${describeMachine()}, Node ${process.version}.`,
    isPinned
      ? 'The server has core 0 for itself; subgraphs and load generator share the others.'
      : 'Processes are not pinned to cores.',
    '"x hive" and so on: requests/s as a multiple of that peer\'s in the same place. "CPU ms" is CPU time of the server for each request, its children',
    'included. "waits" is the time for which the server could have run, but others had its core; where it and "server CPU" together are well below',
    '100 % at 32 connections or more, the limit was what shares the other core: "subgraphs CPU" and "load CPU". At a fixed rate latency counts from when a request was due. Every answer was compared with the right one before; "failed"',
    'are requests that got another status or another length, of all rounds.',
    '',
    ...[...peers].map(([name, description]) => `- \`${name}\`: ${description}`),
    '',
    ...scenes.map(({ name, description }) => `- \`${name}\`: ${description}`),
    ...[...loads].flatMap(([title, some]) => ['', `## ${title}`, '', ...renderLoad(some)]),
    '',
  ].join('\n');
}

function renderLoad(cells: readonly Cell[]): string[] {
  const failures = cells.flatMap(({ peer, failures: reasons }) =>
    reasons.map((reason) => `- \`${peer.name}\` failed: ${reason}`),
  );
  return [
    ...renderTable([columns, ...cells.map((cell) => toRow(cell, cells))]),
    ...(failures.length === 0 ? [] : ['', ...failures]),
  ];
}

function toRow({ peer, rounds }: Cell, cells: readonly Cell[]): string[] {
  if (rounds.length === 0) return [peer.name, 'failed', ...columns.slice(2).map(() => '')];
  const of = (read: (round: Measurement) => number) => median(rounds, read);
  const times = (name: PeerName, read: (round: Measurement) => number) => {
    const reference = cells.find((cell) => cell.peer.name === name && cell.rounds.length > 0);
    return reference === undefined ? '' : (of(read) / median(reference.rounds, read)).toFixed(2);
  };
  return [
    peer.name,
    Math.round(of((round) => round.requestsPerSecond)).toLocaleString('en'),
    ...references.map((name) => times(name, (round) => round.requestsPerSecond)),
    of((round) => round.p50Ms).toFixed(2),
    of((round) => round.p99Ms).toFixed(2),
    of((round) => round.cpuMs).toFixed(3),
    times('echo', (round) => round.cpuMs),
    toPercent(of((round) => round.cores.server)),
    toPercent(of((round) => round.serverWait)),
    toPercent(of((round) => round.cores.subgraphs)),
    toPercent(of((round) => round.cores.load)),
    of((round) => round.residentMb).toFixed(0),
    of((round) => round.loadAverage).toFixed(1),
    String(rounds.reduce((sum, round) => sum + round.failures, 0)),
  ];
}
