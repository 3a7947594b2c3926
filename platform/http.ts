/**
 * The HTTP server of a process: a table of routes, WebSocket upgrades by path, health and metrics.
 * Made by each composition root; disposing it turns readiness off, stops accepting, ends idle connections and waits for running requests.
 */

import cluster from 'node:cluster';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from './logger.ts';
import type { Registry } from './metrics.ts';
import type { CheckResult } from './workers/readiness.ts';
import { toReadiness } from './workers/readiness.ts';
import type { Reports } from './workers/worker-reports.ts';
import { createReports } from './workers/worker-reports.ts';

export type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
export type HandleUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface Route {
  /** GET answers HEAD too. Absent: every method. */
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Exact path, or a prefix when it ends with a slash and asterisk, e.g. `/explorer/*`. */
  readonly path: string;
  readonly handle: Handle;
}

export interface HealthCheck {
  readonly name: string;
  /** Rejects, or says false, when the dependency does not answer. */
  readonly check: () => Promise<unknown> | boolean;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  /** Upgrades by exact path. */
  readonly upgrades?: ReadonlyMap<string, HandleUpgrade>;
  readonly checks: readonly HealthCheck[];
  readonly metrics: Registry;
  readonly logger: Logger;
}

export interface HttpServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  /** From now on /health/ready answers 503. */
  drain(): void;
}

/**
 * Each worker has a socket of its own on the port, and the kernel gives it its connections: when it dies, none of them is left with a process that does not
 * know. Where the kernel can't, node:cluster hands them out.
 */
const isPortShared = cluster.isWorker && process.platform === 'linux';
const checkTimeoutMs = 2_000;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
const closeTimeoutMs = 10_000;

/** Listens; rejects when the port is taken. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  let draining = false;
  const reports = createReports({
    metrics: options.metrics,
    readiness: async () => toReadiness(await Promise.all(options.checks.map(runCheck)), draining),
  });
  const routes = [...options.routes, ...operationalRoutes(options, reports)];
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Any other upgrade (clients that would rather speak h2c) is declined by answering the request.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    (request, response) => {
      void dispatch({ routes, logger: options.logger }, request, response);
    },
  );
  server.on('upgrade', (request, socket, head) => {
    // Node takes its own listener off: without this one a peer that resets the connection would end the process.
    socket.on('error', (error) => options.logger.debug({ err: error }, 'an upgraded connection failed'));
    const upgrade = options.upgrades?.get(pathOf(request));
    if (upgrade === undefined || draining)
      refuseUpgrade(socket, upgrade === undefined ? '404 Not Found' : '503 Service Unavailable');
    else upgrade(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host, reusePort: isPortShared }, resolve);
  });
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    drain: () => {
      draining = true;
    },
    [Symbol.asyncDispose]: () => {
      draining = true;
      return close(server);
    },
  };
}

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

/** Writes a JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** The body as text; null when it is longer than `bytesMax`. Rejects when the client goes away. */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
      else {
        request.removeAllListeners('data').pause();
        resolve(null);
      }
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(
        first !== undefined && chunks.length === 1 ? first.toString() : Buffer.concat(chunks).toString(),
      );
    });
    request.on('error', reject);
    request.on('close', () => {
      // It is told also of a request that was read to its end.
      if (!request.readableEnded) reject(new Error('the client went away'));
    });
  });
}

async function dispatch(
  { routes, logger }: { routes: readonly Route[]; logger: Logger },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const onPath = routes.filter((route) => matches(route.path, path));
  const route = onPath.find((candidate) => candidate.method === undefined || candidate.method === method);
  try {
    if (route !== undefined) await route.handle(request, response);
    else if (onPath.length > 0)
      sendJson(response, 405, { error: `${request.method} is not allowed on ${path}` });
    else sendJson(response, 404, { error: 'There is nothing at this path.' });
  } catch (error) {
    if (request.destroyed && !response.headersSent) return;
    logger.error({ err: error, path }, 'request failed');
    if (!response.headersSent) sendJson(response, 500, { error: 'The server failed to answer.' });
    else response.destroy();
  }
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith('/*')
    ? path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1))
    : pattern === path;
}

function operationalRoutes(options: HttpServerOptions, reports: Reports): Route[] {
  return [
    {
      method: 'GET',
      path: '/health/live',
      handle: (_request, response) => sendJson(response, 200, { status: 'UP' }),
    },
    {
      method: 'GET',
      path: '/health/ready',
      handle: async (_request, response) => {
        const readiness = await reports.readiness();
        sendJson(response, readiness.status === 'UP' ? 200 : 503, readiness);
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      handle: async (_request, response) => {
        response.writeHead(200, { 'content-type': options.metrics.contentType });
        response.end(await reports.metrics());
      },
    },
  ];
}

async function runCheck({ name, check }: HealthCheck): Promise<CheckResult> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs).unref();
  });
  try {
    const answer = await Promise.race([check(), late]);
    return answer === false ? { name, up: false, reason: 'not ready' } : { name, up: true };
  } catch (error) {
    return { name, up: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Waits for running requests, at most closeTimeoutMs; upgraded sockets are their owner's to close. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
  await closed;
  clearTimeout(force);
}
