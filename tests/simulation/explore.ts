/** Runs schedules against the parts until one shows what is looked for, and says how to see it again. Called by the tests of this folder. */
import fc from 'fast-check';
import type { History } from './history.ts';
import { judge } from './judge.ts';
import type { Parts } from './parts.ts';
import { schedules } from './schedule.ts';
import { simulate } from './world.ts';

export interface Exploration {
  readonly parts: Parts;
  readonly seed: number;
  /** Of one schedule of that seed, to see it again; null for all of them. */
  readonly path: string | null;
  readonly runs: number;
  /** Whether to look for a shorter schedule that shows the same. */
  readonly shrinks: boolean;
  /** The findings that count. */
  readonly counts: (finding: string) => boolean;
  /** Shown every history. */
  readonly onHistory: (history: History) => void;
}

export interface Discovery {
  readonly runs: number;
  /** Null when no schedule had a finding that counts. */
  readonly problem: string | null;
}

/** On a machine that has other things to do, fewer schedules are run rather than none to the end. */
const timeMsMax = 170_000;

class Found extends Error {
  override readonly name = 'Found';
}

export async function explore(exploration: Exploration): Promise<Discovery> {
  const { parts, seed, path, runs, shrinks, counts, onHistory } = exploration;
  const property = fc.asyncProperty(schedules, async (schedule) => {
    const history = await withoutStacks(() => simulate(schedule, parts));
    onHistory(history);
    const findings = judge(history).filter(counts);
    if (findings.length > 0) throw new Found(findings.join('\n'));
  });
  const settings = {
    seed,
    ...(path === null ? { numRuns: runs } : { numRuns: 1, path }),
    endOnFailure: !shrinks,
    interruptAfterTimeLimit: timeMsMax,
  };
  const { numRuns, errorInstance, counterexample, counterexamplePath } = await fc.check(property, settings);
  if (errorInstance === null) return { runs: numRuns, problem: null };
  if (!(errorInstance instanceof Found)) throw errorInstance;
  const command = `SIMULATION_SEED=${seed} SIMULATION_PATH=${counterexamplePath} npm test -- --unit --only tests/simulation/simulation`;
  const steps = JSON.stringify(counterexample?.[0], null, 2);
  return { runs: numRuns, problem: `${errorInstance.message}\n\nAgain: ${command}\n\n${steps}` };
}

/** The simulated failures are errors too, by the hundred thousand, and nobody reads where they were made. */
async function withoutStacks<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
