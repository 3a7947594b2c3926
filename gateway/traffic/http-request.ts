/** HISTORY and SEND: the text of a request to a copy of a subgraph (HTTP/1.1: RFC 9112, 3 and 5). Called by subgraph-transport.ts and subgraph-copy.ts. Pure. */
import type { Headers } from './header-rules.ts';

const nameFormat = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible characters, blanks, and what once was Latin-1. */
const valueFormat = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Header lines. Throws for what would be more than one line, or none. */
export function toHeaderLines(headers: Headers): string {
  let lines = '';
  for (const name of Object.keys(headers)) {
    const value = headers[name] as string;
    if (!nameFormat.test(name) || !valueFormat.test(value))
      throw new Error(`the header ${JSON.stringify(name)} can not be sent`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** From the request line to the last header that is always the same. */
export function toRequestStart(method: 'GET' | 'POST', url: URL, headers: Headers): string {
  const { pathname, search, host } = url;
  return `${method} ${pathname}${search} HTTP/1.1\r\n${toHeaderLines({ host, connection: 'keep-alive', ...headers })}`;
}

/** As HttpExchange has it. */
export function toRequest(start: string, headerLines: string, body: string): string | Buffer {
  const bytes = Buffer.byteLength(body);
  const head = `${start}${headerLines}content-length: ${bytes}\r\n\r\n`;
  if (bytes === body.length) return head + body;
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}
