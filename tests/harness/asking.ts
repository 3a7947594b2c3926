/**
 * One operation over each connection a client may choose: the body is sent as it is given, the first result comes back. Used by tests that compare
 * transports.
 */
import { openAcknowledged } from './raw-socket.ts';

export interface FirstResult {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { message: string; extensions?: Readonly<Record<string, unknown>> }[];
}

/** What is sent; not always what should be. */
export type Body = Readonly<Record<string, unknown>>;

export interface Asking {
  readonly url: string;
  readonly accessToken: string;
  readonly body: Body;
}

/** Resolves with the first result, or with what was answered instead of any; rejects when nothing comes. */
export type Ask = (asking: Asking) => Promise<FirstResult>;

const waitMs = 10_000;
const events = 'text/event-stream';
const multipart = 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json';

/** Ways for queries and mutations only. */
export const singleAnswers = {
  'HTTP POST': (asking) => post(asking, { accept: 'application/json' }),
  'HTTP GET': (asking) => get(asking, { accept: 'application/json' }),
} satisfies Record<string, Ask>;

/** Ways for every kind of operation, subscriptions too. */
export const streams = {
  WebSocket: askSocket,
  'SSE POST': (asking) => post(asking, { accept: events }),
  'SSE GET': (asking) => get(asking, { accept: events }),
  'SSE on a reserved stream': askReserved,
  multipart: (asking) => post(asking, { accept: multipart }),
} satisfies Record<string, Ask>;

type Headers = Readonly<Record<string, string>>;

async function post({ url, accessToken, body }: Asking, headers: Headers): Promise<FirstResult> {
  const authorization = `Bearer ${accessToken}`;
  return await fetchFirst(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: JSON.stringify(body),
  });
}

async function get({ url, accessToken, body }: Asking, headers: Headers): Promise<FirstResult> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(body))
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  const authorization = `Bearer ${accessToken}`;
  return await fetchFirst(`${url}?${parameters}`, {
    headers: { 'apollo-require-preflight': 'true', authorization, ...headers },
  });
}

async function askSocket({ url, accessToken, body }: Asking): Promise<FirstResult> {
  const socket = await openAcknowledged(url, accessToken);
  try {
    socket.send({ id: 'asked', type: 'subscribe', payload: body });
    const { type, payload } = await socket.waitFor(({ id }) => id === 'asked');
    return type === 'next' ? (payload as FirstResult) : { errors: payload as FirstResult['errors'] & object };
  } finally {
    socket.close();
  }
}

async function askReserved(asking: Asking): Promise<FirstResult> {
  const { url, accessToken, body } = asking;
  const authorization = `Bearer ${accessToken}`;
  const token = await (await fetch(url, { method: 'PUT', headers: { authorization } })).text();
  const headers = { 'x-graphql-event-stream-token': token };
  const closing = new AbortController();
  const stream = await fetch(url, { headers: { accept: events, ...headers }, signal: closing.signal });
  try {
    const given = typeof body.extensions === 'object' ? body.extensions : {};
    const started = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      body: JSON.stringify({ ...body, extensions: { ...given, operationId: 'asked' } }),
    });
    return started.status === 202 ? await readFirst(stream) : ((await started.json()) as FirstResult);
  } finally {
    closing.abort();
  }
}

async function fetchFirst(url: string, init: RequestInit): Promise<FirstResult> {
  const closing = new AbortController();
  try {
    const response = await fetch(url, { ...init, signal: closing.signal });
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return isJson ? ((await response.json()) as FirstResult) : await readFirst(response);
  } finally {
    closing.abort();
  }
}

/** The first part or event that holds a result. */
async function readFirst(response: Response): Promise<FirstResult> {
  const overdue = setTimeout(() => void response.body?.cancel(), waitMs);
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      // An event's data or a part's body, whole.
      const [, json] = /^(?:data: )?(\{"(?:data|errors|payload|id)".*\})\r?\n/m.exec(text) ?? [];
      if (json !== undefined) return unwrap(JSON.parse(json));
    }
    throw new Error(`no result came: ${text.slice(-500)}`);
  } finally {
    clearTimeout(overdue);
  }
}

function unwrap(value: FirstResult & { readonly payload?: FirstResult | null }): FirstResult {
  return value.payload ?? value;
}
