/** An outage that lasts: the supervisor starts what was killed again, so it is killed again until the outage ends. Called by fault tests. */

const pollMs = 20;

interface Killable {
  kill(signal: 'SIGKILL'): void;
}

/** SIGKILL now and after every restart, until disposed; then the supervisor's next start is left alone. */
export function keepDown(programs: readonly Killable[]): Disposable {
  const kill = () => {
    for (const program of programs) program.kill('SIGKILL');
  };
  kill();
  const timer = setInterval(kill, pollMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
