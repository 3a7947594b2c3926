/** What the reports have in common: medians over rounds, Markdown tables, the machine's name. Used by fanout/report.ts and queries/. */
import { cpus } from 'node:os';

/** Of a measurement in several rounds; NaN when there is none. */
export function median<Round>(rounds: readonly Round[], read: (round: Round) => number): number {
  const sorted = rounds.map(read).sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Lines of Markdown. The first row has the names of the columns; the first column is text, the others are numbers. */
export function renderTable(rows: readonly (readonly string[])[]): string[] {
  const [names = []] = rows;
  const widths = names.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const lines = rows.map((row) => {
    const padded = widths.map(
      (width, n) => (n === 0 ? row[n]?.padEnd(width) : row[n]?.padStart(width)) ?? '',
    );
    return `| ${padded.join(' | ')} |`;
  });
  const rule = `|${widths.map((width, n) => (n === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}

export function toPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** What the figures were measured on. */
export function describeMachine(): string {
  const [first, ...others] = cpus();
  return `${others.length + 1} cores of ${first?.model ?? 'an unknown processor'}`;
}
