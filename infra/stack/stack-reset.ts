/** Removes what the embedded stack keeps. Called by reset.ts. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeKafkaVolume } from './kafka-container.ts';
import { clearLeftovers } from './run-directory.ts';
import { runRoot } from './runner.ts';
import { readRunnerNote } from './runner-note.ts';
import type { StackSettings } from './settings.ts';

/** What the stack makes in its data folder. Only these are removed: the folder may be one that the operator named. */
const parts = ['postgres', 'postgres.new', 'kafka', 'logs', 'run', 'secrets.json', 'runner.json'];

/** Removes data, logs and secrets; returns 1 without touching anything while the stack runs. */
export async function resetStack(settings: StackSettings): Promise<number> {
  const { dataDir } = settings;
  const runner = readRunnerNote(dataDir);
  if (runner !== null) {
    process.stdout.write(`MessageMe is running (pid ${runner.pid}). Stop it first.\n`);
    return 1;
  }
  await clearLeftovers(runRoot(settings));
  removeKafkaVolume(join(dataDir, 'kafka'));
  const found = existsSync(dataDir) ? parts.filter((part) => readdirSync(dataDir).includes(part)) : [];
  for (const part of found) rmSync(join(dataDir, part), { recursive: true, force: true });
  process.stdout.write(
    found.length > 0 ? `Removed ${found.join(', ')} from ${dataDir}.\n` : 'Nothing to remove.\n',
  );
  return 0;
}
