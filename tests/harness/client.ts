/** A GraphQL client as an app would have it: HTTP requests with a token, and live streams over graphql-ws that resume from their last cursor. Used by every end-to-end test. */
import type { Client } from 'graphql-ws';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface GraphQLAnswer<Data = Record<string, never>> {
  readonly status: number;
  readonly data: Data | null;
  readonly errors: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

/** One request. Never throws for GraphQL errors: tests look at them. */
export async function request<Data>(
  url: string,
  document: string,
  options: {
    variables?: Record<string, unknown>;
    token?: string | undefined;
    headers?: Record<string, string>;
  } = {},
): Promise<GraphQLAnswer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: JSON.stringify({ query: document, variables: options.variables ?? {} }),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = (await response.json()) as { data?: Data | null; errors?: GraphQLAnswer['errors'] };
  return { status: response.status, data: answer.data ?? null, errors: answer.errors ?? [] };
}

/** The data of a request that must succeed. */
export async function requestData<Data>(
  url: string,
  document: string,
  options: { variables?: Record<string, unknown>; token?: string | undefined } = {},
): Promise<Data> {
  const answer = await request<Data>(url, document, options);
  if (answer.errors.length > 0 || answer.data === null) {
    throw new Error(`the operation failed: ${JSON.stringify(answer.errors)}\n${document}`);
  }
  return answer.data;
}

/** Code of the first top-level error, or null. */
export function errorCode(answer: GraphQLAnswer<unknown>): string | null {
  const code = answer.errors[0]?.extensions?.code;
  return typeof code === 'string' ? code : null;
}

/** An item of a stream, as the operations of streams.ts select it. */
export interface StreamItem {
  readonly __typename: string;
  readonly cursor?: string;
  readonly [field: string]: unknown;
}

export interface Stream extends AsyncDisposable {
  /** Everything received so far, in order, over all reconnects. */
  readonly items: readonly StreamItem[];
  /** Errors that ended the stream. */
  readonly errors: readonly { message: string; extensions?: Record<string, unknown> }[];
  /** Close codes of the sockets it went through. */
  readonly closes: readonly number[];
  /** Resolves once `predicate` holds for the items; rejects after `timeoutMs`. */
  waitFor(
    what: string,
    predicate: (items: readonly StreamItem[]) => boolean,
    timeoutMs?: number,
  ): Promise<void>;
  /** Resolves once the server has ended the stream. */
  readonly ended: Promise<void>;
  /** Cuts the connection under the client, as a network would. */
  cut(): void;
}

export interface StreamOptions {
  /** Gateways to connect to, one after the other with each reconnect. */
  readonly urls: readonly string[];
  readonly document: string;
  readonly variables?: Record<string, unknown>;
  /** Asked at each connect; null connects without a token. */
  readonly token: () => string | null;
  /** Come back after a close, from the last cursor; true unless the test wants to see the close itself. */
  readonly reconnect?: boolean;
}

type StreamError = Stream['errors'][number];

/** What a subscription is told; `ended` comes once, with the errors that ended it. */
export interface StreamListener {
  item(item: StreamItem): void;
  /** Errors beside or instead of an item. */
  errors(errors: readonly StreamError[]): void;
  closed(code: number): void;
  ended(): void;
}

export interface Subscription extends AsyncDisposable {
  /** Cuts the connection under the client, as a network would. */
  cut(): void;
  /** Reads nothing from the connection for so long. */
  stall(ms: number): void;
}

/** Opens a subscription and keeps it all. */
export function openStream(options: StreamOptions): Stream {
  const items: StreamItem[] = [];
  const errors: StreamError[] = [];
  const closes: number[] = [];
  const listeners = new Set<() => void>();
  const ended = Promise.withResolvers<void>();
  const notify = () => {
    for (const listener of [...listeners]) listener();
  };
  const subscription = subscribe(options, {
    item: (item) => {
      items.push(item);
      notify();
    },
    errors: (more) => {
      errors.push(...more);
      notify();
    },
    closed: (code) => closes.push(code),
    ended: () => {
      ended.resolve();
      notify();
    },
  });
  return {
    items,
    errors,
    closes,
    ended: ended.promise,
    cut: subscription.cut,
    waitFor: (what, predicate, timeoutMs = 15_000) =>
      waitUntil({ what, holds: () => predicate(items), timeoutMs, listeners, items }),
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
  };
}

/** Opens a subscription; the root field's alias must be `item`. Reconnects continue from the last cursor. */
export function subscribe(options: StreamOptions, listener: StreamListener): Subscription {
  const variables: Record<string, unknown> = { ...options.variables };
  let socket: WebSocket | undefined;
  let connects = 0;
  const client: Client = createClient({
    url: () => toWebSocketUrl(options.urls[connects++ % options.urls.length] ?? ''),
    webSocketImpl: WebSocket,
    connectionParams: () => {
      const token = options.token();
      return token === null ? {} : { authorization: `Bearer ${token}` };
    },
    retryAttempts: options.reconnect === false ? 0 : Number.POSITIVE_INFINITY,
    shouldRetry: () => options.reconnect !== false,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 100 + Math.random() * 200)),
    on: {
      opened: (opened) => {
        socket = opened as WebSocket;
      },
      closed: (event) => listener.closed((event as { code: number }).code),
    },
  });
  client.subscribe<{ item: StreamItem }>(
    { query: options.document, variables },
    {
      next: (result) => {
        const item = result.data?.item;
        if (item !== undefined && item !== null) {
          if (item.cursor !== undefined) variables.after = item.cursor;
          listener.item(item);
        }
        if (result.errors !== undefined) listener.errors(result.errors.map((error) => ({ ...error })));
      },
      error: (error) => {
        if (Array.isArray(error)) listener.errors(error);
        listener.ended();
      },
      complete: () => listener.ended(),
    },
  );
  return {
    cut: () => socket?.terminate(),
    stall: (ms) => {
      const stalled = socket;
      stalled?.pause();
      setTimeout(() => stalled?.resume(), ms);
    },
    [Symbol.asyncDispose]: async () => {
      // A connection that is just failing says so here too.
      await Promise.resolve(client.dispose()).catch(() => undefined);
    },
  };
}

function toWebSocketUrl(url: string): string {
  return url.replace(/^http/, 'ws');
}

interface Wait {
  readonly what: string;
  readonly holds: () => boolean;
  readonly timeoutMs: number;
  readonly listeners: Set<() => void>;
  readonly items: readonly StreamItem[];
}

function waitUntil({ what, holds, timeoutMs, listeners, items }: Wait): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(overdue);
      listeners.delete(look);
    };
    const overdue = setTimeout(() => {
      settle();
      const seen = items.map((item) => item.__typename).join(' ');
      reject(new Error(`waited ${timeoutMs} ms for ${what}; got ${items.length} items: ${seen.slice(-500)}`));
    }, timeoutMs);
    const look = () => {
      if (!holds()) return;
      settle();
      resolve();
    };
    listeners.add(look);
    look();
  });
}
