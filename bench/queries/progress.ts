/** Tells how far a long measurement is and how long it will still take. Used by measure-queries.ts. */

export interface Progress {
  /** One step is done. */
  tell(line: string): void;
}

/** Of so many steps that take about as long as each other. */
export function createProgress(steps: number, print: (line: string) => void): Progress {
  const startedAt = performance.now();
  let done = 0;
  return {
    tell: (line) => {
      done += 1;
      const leftMs = ((performance.now() - startedAt) / done) * (steps - done);
      print(`[${done}/${steps}, ${describeTime(leftMs)} left] ${line}`);
    },
  };
}

function describeTime(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
