/** Runs an operator's command as its own process against a network. Called by tests/e2e. */
import { spawn } from 'node:child_process';
import type { Network } from './network.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** `script` is a file of infra/operations; the network's database and topics are named by the environment. */
export function runCommand(
  network: Network,
  script: string,
  args: readonly string[],
): Promise<CommandResult> {
  const env = {
    ...process.env,
    STORAGE_DATABASE_URL: network.storageDatabaseUrl,
    KAFKA_TOPIC_PREFIX: network.topicPrefix,
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`infra/operations/${script}`, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}
