/** Whether a process should get traffic, as /health/ready tells it; and the same of several workers behind one port. */

export interface CheckResult {
  readonly name: string;
  readonly up: boolean;
  readonly reason?: string;
}

export interface Readiness {
  readonly status: 'UP' | 'DOWN';
  readonly draining: boolean;
  readonly checks: readonly CheckResult[];
}

export function toReadiness(checks: readonly CheckResult[], draining: boolean): Readiness {
  const up = checks.every((check) => check.up) && !draining;
  return { status: up ? 'UP' : 'DOWN', draining, checks };
}

/** Up when each of them is: of a check that fails somewhere the first reason is told. Null: one that does not answer. */
export function joinReadiness(all: readonly (Readiness | null)[], workers: CheckResult): Readiness {
  const answered = all.filter((one) => one !== null);
  const silent = all.length - answered.length;
  const byName = new Map<string, CheckResult>();
  for (const check of answered.flatMap(({ checks }) => checks)) {
    if (byName.get(check.name)?.up !== false) byName.set(check.name, check);
  }
  const responsive: CheckResult =
    silent === 0
      ? workers
      : { name: workers.name, up: false, reason: `${silent} of ${all.length} do not answer` };
  return toReadiness(
    [...byName.values(), responsive],
    answered.some(({ draining }) => draining),
  );
}
