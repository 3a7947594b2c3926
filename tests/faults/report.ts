/** A fault run as people read it (report.md) and as programs do (report.json). Called by run.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { isClean, violationKinds } from './checker.ts';
import type { RunResult } from './run-faults.ts';

/** Whether the promise held: nothing broken, nothing unhandled, everything recovered. */
export function hasHeld({ verdict, crashes, faults }: RunResult): boolean {
  return isClean(verdict) && crashes.length === 0 && faults.every(({ recoveryMs }) => recoveryMs !== null);
}

/** The value below which this share of the values lies; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Recovery times in ms, of all faults or of one kind. */
export function recoveries({ faults }: RunResult, kind?: string): number[] {
  return faults.flatMap((fault) =>
    fault.recoveryMs !== null && (kind === undefined || fault.kind === kind) ? [fault.recoveryMs] : [],
  );
}

/** Writes both files into the folder. */
export function writeReport(folder: string, result: RunResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(folder, 'report.md'), toMarkdown(result));
}

/** The report as Markdown, ready for docs/reliability.md. */
export function toMarkdown(result: RunResult): string {
  const { options, verdict, faults, minutes, resumes, tries, crashes, memory } = result;
  const all = recoveries(result);
  const broken = violationKinds.map((kind) => `${verdict.counts[kind]} ${kind}`).join(', ');
  return `# Fault run

${hasHeld(result) ? 'The promise held.' : 'THE PROMISE WAS BROKEN.'}

| | |
|---|---|
| seed | ${options.seed} |
| faults | ${faults.length} of ${new Set(faults.map(({ kind }) => kind)).size} kinds |
| messages | ${verdict.acknowledged} acknowledged in ${tries} tries |
| deliveries | ${verdict.delivered} to live readers, over ${resumes} reconnects |
| broken | ${broken} |
| recovery | p50 ${seconds(percentile(all, 0.5))}, p99 ${seconds(percentile(all, 0.99))}, longest ${seconds(percentile(all, 1))} |
| not handled | ${crashes.length} |
| duration | ${minutes.toFixed(1)} min on ${cpus().length} cores, ${options.brokerCount} broker(s), ${options.lanes} fault(s) at a time |
| memory at the end | ${Object.entries(memory)
    .map(([name, mib]) => `${name} ${mib} MiB`)
    .join(', ')} |

Again: \`npm run test:faults -- ${toArguments(result)}\`

| fault | times | recovery p50 | p99 | last one |
|---|---|---|---|---|
${toRows(result)}
${describeExamples(result)}`;
}

function toRows(result: RunResult): string {
  const byKind = Map.groupBy(result.faults, ({ kind }) => kind);
  return [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, faults]) => {
      const times = recoveries(result, kind);
      const cells = [kind, faults.length, seconds(percentile(times, 0.5)), seconds(percentile(times, 0.99))];
      return `| ${cells.join(' | ')} | ${faults.at(-1)?.what ?? ''} |`;
    })
    .join('\n');
}

function describeExamples({ verdict, crashes }: RunResult): string {
  const lines = [
    ...verdict.examples.map(({ kind, detail }) => `- ${kind}: ${detail}`),
    ...crashes.slice(0, 10),
  ];
  return lines.length === 0 ? '' : `\n## What was broken\n\n${lines.join('\n')}\n`;
}

function toArguments({ options }: RunResult): string {
  const { seed, faults, messages, lanes, brokerCount, conversations, messagesPerSecond, kinds } = options;
  const parts = [
    `--seed ${seed} --faults ${faults} --messages ${messages} --lanes ${lanes} --brokers ${brokerCount}`,
    `--conversations ${conversations} --rate ${messagesPerSecond}`,
    ...(kinds.length === 0 ? [] : [`--kinds ${kinds.join(',')}`]),
  ];
  return parts.join(' ');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
