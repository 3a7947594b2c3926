/**
 * Outlives the runner by design: holds the other end of a pipe, and when the runner is gone, however it went, ends
 * the children it leaves behind. Spawned by supervisor.ts with the run folder as its argument.
 */
import { clearRunDirectory } from './run-directory.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Usage: watchdog.ts <run folder>');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.stdin.resume();
process.stdin.on('close', () => {
  clearRunDirectory(directory).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`watchdog: ${String(error)}\n`);
      process.exit(1);
    },
  );
});
