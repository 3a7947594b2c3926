/** Percentiles of measured times. Used by the scenarios. */

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Rounded to so many digits. */
export function toPercentiles(samples: readonly number[], digits = 1): Percentiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) =>
    Number(
      (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(digits),
    );
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
