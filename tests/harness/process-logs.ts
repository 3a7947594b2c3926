/** What the processes of a network have written, for tests that look for what must not be there. Used by tests/security. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Network } from './network.ts';

/** The log of each process by its name. The mailbox is left out: it carries mails. */
export function readProcessLogs({ folder }: Pick<Network, 'folder'>): ReadonlyMap<string, string> {
  const files = readdirSync(join(folder, 'logs')).filter((file) => !file.startsWith('mailbox'));
  return new Map(files.map((file) => [file, readFileSync(join(folder, 'logs', file), 'utf8')]));
}

/** Lines of level error and worse, and those that are no JSON. */
export function findFailures(network: Pick<Network, 'folder'>): string[] {
  return [...readProcessLogs(network)].flatMap(([file, text]) =>
    text
      .split('\n')
      .filter((line) => line !== '' && (!line.startsWith('{') || /"level":(50|60)/.test(line)))
      .map((line) => `${file}: ${line.slice(0, 1_000)}`),
  );
}
