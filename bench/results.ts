/** Where the results of a benchmark go, for people and programs. Used by the reports of fanout/ and queries/. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from './table.ts';

const folder = join(import.meta.dirname, 'results');

/** A file for each ending. */
export function writeResults(name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [ending, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.${ending}`), text);
}

/** JSON: when and where it was measured, and what. */
export function renderJson(measured: object): string {
  const head = { measuredAt: new Date().toISOString(), machine: describeMachine(), node: process.version };
  return `${JSON.stringify({ ...head, ...measured }, null, 2)}\n`;
}
