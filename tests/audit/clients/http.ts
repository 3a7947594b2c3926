/** HTTP requests of an audit: single answers, and answers that stay open and are read as they come. Used by the cases over HTTP. */
import type { Payload, Result } from './result.ts';
import type { Target } from './target.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly accept: string;
  readonly authorization: string | null;
  readonly payload?: Payload;
  readonly headers?: Readonly<Record<string, string>>;
  /** Added to the URL. */
  readonly query?: Readonly<Record<string, string>>;
}

/** An answer that may still be coming. */
export interface HttpStream extends Disposable {
  readonly status: number;
  readonly headers: Headers;
  /** The body so far. */
  text(): string;
  /** Has the server ended the body? */
  isEnded(): boolean;
}

const headWaitMs = 5_000;

/** Resolves with the head of the answer; rejects when that takes too long. Disposing it closes the connection. */
export async function openHttpStream(target: Target, request: HttpRequest): Promise<HttpStream> {
  const { method, accept, authorization, payload, headers, query } = request;
  const url = new URL(target.url);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
  const closing = new AbortController();
  const overdue = setTimeout(
    () => closing.abort(new Error(`no answer in ${headWaitMs} ms to ${method} with accept: ${accept}`)),
    headWaitMs,
  );
  const response = await fetch(url, {
    method,
    signal: closing.signal,
    headers: {
      accept,
      ...(authorization === null ? {} : { authorization }),
      // Some servers ask for a header that a form can't send.
      'x-graphql-client': 'audit',
      'apollo-require-preflight': 'true',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { body: JSON.stringify(payload) }),
  }).finally(() => clearTimeout(overdue));
  let text = '';
  let isEnded = false;
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      isEnded = true;
    });
  return {
    status: response.status,
    headers: response.headers,
    text: () => text,
    isEnded: () => isEnded,
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** A query or mutation in one POST. */
export async function postOperation(
  target: Target,
  payload: Payload,
  authorization: string,
): Promise<Result> {
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
    body: JSON.stringify(payload),
    signal: AbortSignal.timeout(headWaitMs),
  });
  return (await response.json()) as Result;
}
