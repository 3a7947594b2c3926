/**
 * The three subgraphs in one process that nothing can wait for: an answer is computed once for each request body, whatever the mix calls it, and
 * its bytes are kept. Started by
 * ../stub-backend.ts with its port.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { renameMix } from '../mix-names.ts';
import { createAnswerer } from './answer.ts';

const [port] = process.argv.slice(2);
const computeAnswer = createAnswerer();
/** By path and body. */
const answers = new Map<string, Buffer>();

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  if (request.method !== 'POST') {
    response.end();
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => void answer(request, response, Buffer.concat(chunks).toString()));
}).listen(Number(port), '127.0.0.1');

async function answer({ url = '' }: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
  const key = `${url}\n${renameMix(body, 0)}`;
  const known = answers.get(key);
  if (known !== undefined) {
    send(response, known);
    return;
  }
  const computed = Buffer.from(await computeAnswer(url, body));
  answers.set(key, computed);
  send(response, computed);
}

function send(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    // Whoever keeps entities may keep these.
    'cache-control': 'public, max-age=60',
  });
  response.end(bytes);
}
