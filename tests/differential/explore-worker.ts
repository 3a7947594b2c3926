/** A thread that explores a share of the worlds: the test runner watches every promise of its own thread, which costs much. Started by differential.test.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Share } from './explore.ts';
import { explore } from './explore.ts';
import { PlanningProcess } from './planning.ts';

await using planning = new PlanningProcess();
parentPort?.postMessage(await explore({ ...(workerData as Omit<Share, 'planning'>), planning }));
