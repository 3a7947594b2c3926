/** `npm run test:faults`: a fault run of any length, with progress, a report and an exit code that says whether the promise held. */
import { runCommandLine, UsageError } from '#infra/command-line.ts';
import { runPlantedBugs } from './planted.ts';
import { hasHeld, percentile, recoveries, toMarkdown, writeReport } from './report.ts';
import type { RunOptions } from './run-faults.ts';
import { faultKinds, runFaults } from './run-faults.ts';

const help = `Usage: npm run test:faults -- [options]

Starts Postgres, Kafka and two copies each of gateway, chat and storage, puts people to work, breaks things, and judges what the people
saw. Everything it starts ends with it.

  --faults <n>          faults to inflict (100)
  --messages <n>        go on until so many messages are acknowledged (0)
  --minutes <n>         begin no fault after so many minutes (180)
  --seed <n>            choices of an earlier run (a new one)
  --kinds <a,b>         only these kinds of fault (all that this machine can have)
  --lanes <n>           faults that may go on at the same time (1)
  --brokers <1|3>       one Kafka broker, or three with replication 3 and min.insync 2 (1)
  --conversations <n>   conversations, the first with 30 % of the traffic (50)
  --rate <n>            messages a second that the writers aim at (120)
  --points <a,b>        for faults at a fail point: only these points (all)
  --planted <a,b>       judge the checker instead: plant each bug whose name contains one of these, all with '';
                        each must be caught
  --report <folder>     where report.md and report.json go (tests/faults)

Kinds: ${faultKinds.map(({ name }) => name).join(', ')}
`;

function toCount(text: string, option: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0)
    throw new UsageError(`--${option} takes a whole number, not ${text}.`);
  return count;
}

function toKinds(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !faultKinds.some((kind) => kind.name === name));
  if (unknown !== undefined) throw new UsageError(`There is no kind of fault ${unknown}.`);
  return names;
}

const text = (preset: string) => ({ type: 'string', default: preset }) as const;

process.exitCode = await runCommandLine({
  help,
  options: {
    faults: text('100'),
    messages: text('0'),
    minutes: text('180'),
    seed: text(String(Date.now() % 2 ** 31)),
    kinds: text(''),
    points: text(''),
    planted: { type: 'string' },
    lanes: text('1'),
    brokers: text('1'),
    conversations: text('50'),
    rate: text('120'),
    report: text('tests/faults'),
  },
  run: async (values) => {
    if (values.brokers !== '1' && values.brokers !== '3') throw new UsageError('--brokers takes 1 or 3.');
    const options = {
      seed: toCount(values.seed, 'seed'),
      faults: toCount(values.faults, 'faults'),
      messages: toCount(values.messages, 'messages'),
      minutesMax: toCount(values.minutes, 'minutes'),
      kinds: toKinds(values.kinds),
      points: values.points.split(',').filter((name) => name !== ''),
      lanes: Math.max(1, toCount(values.lanes, 'lanes')),
      brokerCount: values.brokers === '3' ? (3 as const) : (1 as const),
      conversations: Math.max(1, toCount(values.conversations, 'conversations')),
      messagesPerSecond: Math.max(1, toCount(values.rate, 'rate')),
      plantedBug: null,
      print: (line: string) => console.log(line),
    };
    if (values.planted !== undefined) return (await runPlantedBugs(options, values.planted)) ? 0 : 1;
    return runAndReport(options, values.report);
  },
});
// Cut connections by the thousand can leave Node waiting for ever for one of them to be closed.
process.exit();

async function runAndReport(options: RunOptions, report: string): Promise<number> {
  console.log(`seed ${options.seed}`);
  const result = await runFaults(options);
  writeReport(report, result);
  console.log(toMarkdown(result));
  const p99 = (percentile(recoveries(result), 0.99) / 1_000).toFixed(1);
  console.log(`${result.faults.length} faults, recovery p99 ${p99} s; ${report}/report.md`);
  return hasHeld(result) ? 0 : 1;
}
