/** The mailbox's HTTP routes: the page, the caught messages as JSON, and the door for text messages. Made by mailbox.ts. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Route } from '#platform/http.ts';
import { readBody, sendJson } from '#platform/http.ts';
import type { Inbox } from './inbox.ts';

const smsBytesMax = 16 * 1024;
const pageFile = new URL('page.html', import.meta.url);
const sms = z.object({ to: z.string().min(1), text: z.string().min(1) });

/** The routes over one inbox. */
export function createMailboxRoutes(inbox: Inbox): Route[] {
  return [
    {
      method: 'GET',
      path: '/',
      handle: async (_request, response) => {
        response.writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
        });
        response.end(await readFile(pageFile));
      },
    },
    {
      method: 'GET',
      path: '/messages.json',
      handle: (_request, response) => sendJson(response, 200, inbox.messages),
    },
    {
      method: 'DELETE',
      path: '/messages.json',
      handle: (_request, response) => {
        inbox.clear();
        response.writeHead(204).end();
      },
    },
    {
      method: 'POST',
      path: '/sms',
      handle: async (request, response) => {
        const parsed = sms.safeParse(parseJson((await readBody(request, smsBytesMax)) ?? ''));
        if (!parsed.success) {
          sendJson(response, 400, { error: 'Expected {"to": "...", "text": "..."}, at most 16 KiB.' });
          return;
        }
        sendJson(response, 201, inbox.add({ channel: 'SMS', subject: null, ...parsed.data }));
      },
    },
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
