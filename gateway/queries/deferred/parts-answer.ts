/**
 * HISTORY and SEND, the client's end over HTTP: an answer in parts as multipart/mixed, in the format of 2022 that Apollo Client, urql, Relay's network layers and
 * Apollo's own servers speak. Called by query-front.ts.
 * Protocol: https://github.com/graphql/graphql-over-http/blob/main/rfcs/IncrementalDelivery.md
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { endOnceRead } from '../../slow-reading.ts';
import type { FormatError } from '../../subscriptions/execute-event.ts';
import { toFirstPart, toLaterPart } from '../query-answer.ts';
import type { ResultInParts } from './deferred-answer.ts';

/** For a client that takes nothing. */
const stalledMs = 20_000;
const partHead = 'content-type: application/json; charset=utf-8\r\n\r\n';
const boundary = '\r\n---';

/** Does the client take parts in this format? Without a word about the format, `multipart/mixed` has always meant this one. */
export function isTakingParts(accept: string | undefined): boolean {
  if (!accept?.includes('multipart/mixed')) return false;
  return accept.split(',').some((mediaType) => accepted.test(mediaType));
}

const accepted =
  /^\s*multipart\/mixed\s*(?:;\s*deferSpec\s*=\s*"?20220824"?\s*)?(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i;

/** Each part ends with the delimiter of the next, so that clients need not wait for it. Resolves when the client has gone, or everything is written. */
export async function sendParts(
  response: ServerResponse,
  { later, ...first }: ResultInParts,
  formatError: FormatError,
): Promise<void> {
  const gone = new Promise<void>((resolve) => response.once('close', resolve));
  void gone.then(() => later.stop());
  response.on('error', () => undefined);
  response.writeHead(200, {
    'content-type': 'multipart/mixed; boundary="-"; deferSpec=20220824',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let part = `${boundary}\r\n${partHead}${toFirstPart(first, formatError)}${boundary}\r\n`;
  for (;;) {
    if (!response.write(part) && !(await drained(response))) return;
    const next = await Promise.race([later.next(), gone]);
    if (next === undefined) return;
    part = `${partHead}${toLaterPart(next, formatError)}${boundary}${next.hasNext ? '' : '--'}\r\n`;
    if (!next.hasNext) break;
  }
  response.write(part);
  endOnceRead(response, stalledMs);
}

/** False when the client has taken nothing for so long that it was cut off, or has gone. */
async function drained(response: ServerResponse): Promise<boolean> {
  const waited = new AbortController();
  const { signal } = waited;
  const cutting = setTimeout(() => response.destroy(), stalledMs);
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
    return !response.destroyed;
  } finally {
    clearTimeout(cutting);
    waited.abort();
  }
}
