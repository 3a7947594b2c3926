/** Answers each path with the bytes that a file has for it, once the request has been read. Started by ../echo.ts with its port and the file. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [port, file = ''] = process.argv.slice(2);
const texts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
const answers = new Map(Object.entries(texts).map(([path, text]) => [path, Buffer.from(text)]));

createServer((request, response) => {
  request.on('data', () => undefined);
  request.on('end', () => {
    const bytes = answers.get(request.url ?? '') ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    response.end(bytes);
  });
}).listen(Number(port), '127.0.0.1');
