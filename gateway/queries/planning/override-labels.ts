/**
 * Progressive `@override(from:, label:)`: which of the supergraph's labels are on for a request. `percent(5)` is on for five of a hundred viewers, always
 * the same ones, other labels for everybody or nobody. Called per request by the executor, and by operation-planner.ts; pure.
 */
import { createHash } from 'node:crypto';

const percentPattern = /^percent\((\d+(?:\.\d+)?)\)$/;
/** Half of the smallest step a label can make: the native planner counts in units of 10^-8. */
const halfStep = 0.5e-8;

/** A viewer's place among a hundred, from 0 to below 100: the same for the same viewer in every copy of the gateway. */
export function toDraw(viewer: string): number {
  return (createHash('sha256').update(viewer).digest().readUInt32BE(0) / 2 ** 32) * 100;
}

/** Those of `labels` that are on: percentages above `draw`, others when `enabled` has them. */
export function selectOverrides(
  labels: readonly string[],
  options: { readonly enabled: ReadonlySet<string>; readonly draw: number },
): string[] {
  const { enabled, draw } = options;
  return labels.filter((label) => {
    const percent = toPercent(label);
    return percent === null ? enabled.has(label) : draw < percent;
  });
}

/** A draw for which exactly the percentages of `active` are on. */
export function findDraw(labels: readonly string[], active: readonly string[]): number {
  const off = labels.filter((label) => !active.includes(label)).map((label) => toPercent(label) ?? 0);
  return Math.max(0, ...off.map((percent) => percent + halfStep));
}

function toPercent(label: string): number | null {
  const [, percent] = percentPattern.exec(label) ?? [];
  return percent === undefined ? null : Number(percent);
}
