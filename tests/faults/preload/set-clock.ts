/**
 * Preloaded into a process of a fault run: its wall clock is off by what the file of its name says, and follows the file. Timers and
 * performance.now() are untouched, as with a machine whose clock is set. Written by scene.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { CLOCKS_FOLDER: folder = '', CLOCK_NAME: name = '' } = process.env;
const file = join(folder, name);
const lookEveryMs = 200;
const RealDate = Date;
let offsetMs = 0;

class SetDate extends RealDate {
  constructor(...given: ConstructorParameters<typeof Date> | []) {
    if (given.length === 0) super(RealDate.now() + offsetMs);
    else super(...given);
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

function look(): void {
  try {
    offsetMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    offsetMs = 0;
  }
}

if (folder !== '' && name !== '') {
  globalThis.Date = SetDate as DateConstructor;
  look();
  setInterval(look, lookEveryMs).unref();
}
