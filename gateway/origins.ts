/** Which web pages may talk to the gateway: the allow-list behind CORS answers (http.ts) and WebSocket upgrades (websocket.ts). */
import type { IncomingMessage, ServerResponse } from 'node:http';

const studioOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];
const preflightSeconds = '600';
const exposedHeaders = 'retry-after';
/** Of /graphql. */
export const allowedMethods = 'GET, POST, PUT, DELETE, OPTIONS';

/** `Origin` of a request -> may that page read the answers? Pages of the gateway's own host always may. */
export type OriginCheck = (request: IncomingMessage) => boolean;

/** In development Apollo's Sandbox and pages on this machine are let in as well. */
export function createOriginCheck(options: {
  readonly corsOrigins: readonly string[];
  readonly isDevelopment: boolean;
}): OriginCheck {
  const allowed = new Set([...options.corsOrigins, ...(options.isDevelopment ? studioOrigins : [])]);
  return (request) => {
    const { origin, host } = request.headers;
    // Browsers always say where a cross-site call comes from, so a caller without an origin is not a page.
    if (origin === undefined) return true;
    if (allowed.has(origin)) return true;
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url === null) return false;
    if (url.host === host) return true;
    return options.isDevelopment && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  };
}

/** Sets the CORS headers of an answer to a page that is let in; others get none, so their browser refuses. */
export function setCorsHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  isAllowed: OriginCheck,
): void {
  response.setHeader('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !isAllowed(request)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', exposedHeaders);
}

/** Answers OPTIONS. The headers asked for are allowed: none of them can do harm, and clients send their own. */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  isAllowed: OriginCheck,
): void {
  setCorsHeaders(request, response, isAllowed);
  if (response.hasHeader('access-control-allow-origin')) {
    response.setHeader('access-control-allow-methods', allowedMethods);
    const headers = request.headers['access-control-request-headers'];
    if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
    response.setHeader('access-control-max-age', preflightSeconds);
    if (request.headers['access-control-request-private-network'] === 'true') {
      response.setHeader('access-control-allow-private-network', 'true');
    }
  }
  response.writeHead(204, { allow: allowedMethods }).end();
}
