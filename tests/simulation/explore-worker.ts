/**
 * A thread that explores a share of the schedules: the test runner watches every promise of its own thread, which costs as much as the
 * simulation itself. Started by simulation.test.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Discovery } from './explore.ts';
import { explore } from './explore.ts';
import type { History } from './history.ts';
import { productionParts } from './parts.ts';

export interface Share {
  readonly seed: number;
  readonly path: string | null;
  readonly runs: number;
}

export interface ShareResult extends Discovery {
  /** What was met, and how often. */
  readonly met: ReadonlyMap<string, number>;
}

const met = new Map<string, number>();

function note(what: string, times = 1): void {
  if (times > 0) met.set(what, (met.get(what) ?? 0) + times);
}

function noteHistory({ attempts, readers, fenced }: History): void {
  for (const { answer } of attempts) note(answer?.kind ?? 'no answer');
  for (const { arrivals, end } of readers.flatMap(({ sessions }) => sessions)) {
    for (const { item } of arrivals) note(item.kind === 'resyncRequired' ? item.reason : item.kind);
    if (end?.code != null) note(end.code);
  }
  note('fenced', fenced);
}

const share = workerData as Share;
const discovery = await explore({
  ...share,
  parts: productionParts,
  shrinks: true,
  counts: () => true,
  onHistory: noteHistory,
});
const result: ShareResult = { ...discovery, met };
parentPort?.postMessage(result);
