/**
 * The log file of one supervised process: everything it writes, bounded by keeping one older file. Hands complete
 * lines on for the terminal. Opened by supervisor.ts.
 */
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const fileBytesMax = 20 * 1024 * 1024;
const lineCharactersMax = 64 * 1024;
const tailLinesMax = 15;

export type OutputStream = 'stdout' | 'stderr';

export interface ProcessLog {
  /** Takes a piece of output; calls `onLine` for each line that it completes. */
  write(stream: OutputStream, chunk: Buffer): void;
  /** The last lines written. */
  tail(): readonly string[];
  close(): void;
}

/** Opens the file for appending, making its folder. */
export function openProcessLog(
  file: string,
  onLine: (line: string, stream: OutputStream) => void,
): ProcessLog {
  mkdirSync(dirname(file), { recursive: true });
  let descriptor = openSync(file, 'a');
  let bytes = fstatSync(descriptor).size;
  let recent: string[] = [];
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const pending = { stdout: '', stderr: '' };

  function rotate(): void {
    closeSync(descriptor);
    if (existsSync(file)) renameSync(file, `${file}.1`);
    descriptor = openSync(file, 'a');
    bytes = 0;
  }

  return {
    write: (stream, chunk) => {
      if (bytes + chunk.length > fileBytesMax) rotate();
      bytes += writeSync(descriptor, chunk);
      const lines = (pending[stream] + decoders[stream].write(chunk)).split('\n');
      pending[stream] = (lines.pop() ?? '').slice(-lineCharactersMax);
      recent = [...recent, ...lines].slice(-tailLinesMax);
      for (const line of lines) onLine(line, stream);
    },
    tail: () => [...recent, pending.stdout, pending.stderr].filter((line) => line !== ''),
    close: () => closeSync(descriptor),
  };
}
