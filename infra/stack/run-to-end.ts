/** Runs a program that does one thing and ends: Maven, the explorer's bundler. Called by kafka-artifacts.ts and runner.ts. */
import { spawn } from 'node:child_process';

const outputCharactersMax = 4_000;

/** Resolves with success; rejects with the end of its output. Dies with this process. */
export function runToEnd(
  command: string,
  args: readonly string[],
  onOutput: (text: string) => void = () => undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const end = () => child.kill();
    process.once('exit', end);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharactersMax);
      onOutput(chunk.toString());
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-outputCharactersMax);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve();
      else reject(new Error(output.trim()));
    });
  });
}
