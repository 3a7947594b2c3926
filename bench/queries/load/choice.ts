/** Which request comes next. Used by process.ts. */
import { renameMix } from '../mix-names.ts';
import { createRandom } from '../random.ts';
import type { LoadRequest, Target } from './commands.ts';

/** Ready to be sent. */
export interface Prepared {
  readonly bytes: Buffer;
  readonly answerBytes: number;
}

/** Of a miss-heavy target, one of so many requests is new to the server, always, however fast it is; the others are among the last that were. */
const newOf = 2;
const keptMax = 500;
/** Names for each seed, one for each time that all operations have been used. */
const namesPerSeed = 1_000;

/** The same sequence for the same target. */
export function createChoice({ port, requests, seed, isMissHeavy }: Target): () => Prepared {
  const random = createRandom(seed);
  if (!isMissHeavy) {
    const prepared = requests.map((request) => prepare(port, request));
    return () => prepared[random(prepared.length)] as Prepared;
  }
  const recent: Prepared[] = [];
  let used = 0;
  return () => {
    if (recent.length > 0 && random(newOf) > 0) return recent[random(recent.length)] as Prepared;
    const { body, ...request } = requests[used % requests.length] as LoadRequest;
    const tag = seed * namesPerSeed + Math.floor(used / requests.length);
    const prepared = prepare(port, { ...request, body: renameMix(body, tag) });
    recent[used % keptMax] = prepared;
    used += 1;
    return prepared;
  };
}

function prepare(port: number, { path, body, answerBytes }: LoadRequest): Prepared {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    'accept: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return { bytes: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`), answerBytes };
}
