/** The pages for people: a landing page at / and /graphql, and the explorer's files (built into web/explorer/dist) at /explorer. Made by gateway.ts. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative } from 'node:path';
import type { Handle, Route } from '#platform/http.ts';
import { pathOf } from '#platform/http.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

const pageHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Monaco, the editor, sets styles of its own and runs its workers from blobs. */
const explorerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 44rem; margin: 12vh auto; padding: 0 1.5rem; }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
  p { margin: .25rem 0 1.5rem; opacity: .75; }
  dt { font-weight: 600; margin-top: 1rem; }
  dd { margin: 0; overflow-wrap: anywhere; }
  code { font: 0.9em ui-monospace, monospace; }
`;
const landingPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** Says where everything is; makes no request of its own. */
export function createLandingPage(options: {
  readonly explorerEnabled: boolean;
  readonly sandboxEnabled: boolean;
}): Handle {
  return (request, response) => {
    const origin = readOrigin(request);
    const html = renderLandingPage(origin, options);
    response.writeHead(200, {
      ...pageHeaders,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': landingPolicy,
    });
    response.end(request.method === 'HEAD' ? undefined : html);
  };
}

/** GET / */
export function createHomeRoute(landingPage: Handle): Route {
  return { method: 'GET', path: '/', handle: landingPage };
}

/** GET /explorer/…; the files are read once, when the first one is asked for, and only those can be had. */
export function createExplorerRoute(folder: string): Route {
  let files: Promise<ReadonlyMap<string, Buffer>> | null = null;
  return {
    method: 'GET',
    path: '/explorer/*',
    handle: async (request, response) => {
      const path = pathOf(request);
      // Relative addresses in the page need the slash.
      if (path === '/explorer') return void response.writeHead(308, { location: '/explorer/' }).end();
      files ??= readFiles(folder);
      const known = await files;
      if (known.size === 0) files = null;
      const name = path.slice('/explorer/'.length) || 'index.html';
      sendFile(request, response, { name, content: known.get(name), isBuilt: known.size > 0 });
    },
  };
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    paths.map(async (path) => [relative(folder, path).replaceAll('\\', '/'), await readFile(path)] as const),
  );
  return new Map(contents);
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { name, content, isBuilt }: { name: string; content: Buffer | undefined; isBuilt: boolean },
): void {
  if (content === undefined) {
    const text = isBuilt
      ? 'There is nothing at this path.'
      : 'The explorer is not built yet: run `node web/explorer/build.ts`.';
    response
      .writeHead(isBuilt ? 404 : 503, { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' })
      .end(text);
    return;
  }
  response.writeHead(200, {
    ...pageHeaders,
    // Vite puts a hash of the content into the names below assets/.
    ...(name.startsWith('assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
    'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
    'content-length': content.length,
    'content-security-policy': explorerPolicy,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

/** As the browser addressed us; the host is checked because it goes into the page. */
function readOrigin(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  const isTls = 'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https';
  return `${isTls ? 'https' : 'http'}://${/^[\w.\-:[\]]{1,255}$/.test(host) ? host : 'localhost'}`;
}

function renderLandingPage(
  origin: string,
  options: { explorerEnabled: boolean; sandboxEnabled: boolean },
): string {
  const endpoint = `${origin}/graphql`;
  const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(endpoint)}`;
  const curl = `curl ${endpoint} -H 'content-type: application/json' -d '{"query":"{ __typename }"}'`;
  const rows = [
    ['GraphQL over HTTP', `<code>${endpoint}</code>`],
    ['Subscriptions', `<code>${endpoint.replace(/^http/, 'ws')}</code> (graphql-transport-ws)`],
    ...(options.explorerEnabled ? [['Explorer', `<a href="/explorer/">${origin}/explorer</a>`]] : []),
    ...(options.sandboxEnabled
      ? [['Apollo Sandbox', `<a href="${sandbox}" rel="noreferrer">${sandbox}</a>`]]
      : []),
    ['From a shell', `<code>${curl.replaceAll('"', '&quot;')}</code>`],
  ];
  const list = rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>MessageMe</title><style>${style}</style></head>
<body><h1>MessageMe</h1><p>A real-time chat backend as a GraphQL federation.</p>
<dl>${list}</dl></body></html>`;
}
