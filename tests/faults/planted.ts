/** The checker is tested: a fault run for each planted bug, which it must catch. Called by run.ts with --planted. */
import type { Verdict } from './checker.ts';
import { violationKinds } from './checker.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { plantedBugs } from './planted-bugs.ts';
import type { RunOptions } from './run-faults.ts';
import { runFaults } from './run-faults.ts';

const faults = 8;
const minutesMax = 1.5;
/** A minute of traffic: whoever has signed out is watched for twenty seconds. */
const messages = 6_000;
const conversations = 12;
const messagesPerSecond = 100;

/** Runs those that are named, prints the table, and says whether each was caught. */
export async function runPlantedBugs(options: RunOptions, text: string): Promise<boolean> {
  const rows: string[] = [];
  let isEachCaught = true;
  for (const bug of plantedBugs.filter(({ name }) => isWanted(name, text))) {
    const { kinds, points } = bug;
    const size = {
      faults: kinds.length === 0 ? 0 : faults,
      minutesMax,
      messages,
      conversations,
      messagesPerSecond,
    };
    const { verdict } = await runFaults({ ...options, ...size, kinds, points, plantedBug: bug.name });
    const isCaught = bug.caughtAs.some((kind) => verdict.counts[kind] > 0);
    isEachCaught &&= isCaught;
    rows.push(toRow(bug, verdict, isCaught));
    options.print(rows.at(-1) ?? '');
  }
  options.print(['| planted bug | faults | verdict | caught |', '|---|---|---|---|', ...rows].join('\n'));
  return isEachCaught;
}

/** The text is a comma list of parts of names; empty: all. */
function isWanted(name: string, text: string): boolean {
  return text.split(',').some((part) => name.includes(part));
}

function toRow({ name, kinds, points }: PlantedBug, verdict: Verdict, isCaught: boolean): string {
  const counts = violationKinds.filter((kind) => verdict.counts[kind] > 0);
  const said = counts.map((kind) => `${verdict.counts[kind]} ${kind}`).join(', ');
  const broken = [...kinds, ...points].join(', ') || 'none, ordinary traffic';
  return `| ${name} | ${broken} | ${said || 'nothing'} | ${isCaught ? 'yes' : 'NO'} |`;
}
