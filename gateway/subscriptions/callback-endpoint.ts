/**
 * LIVE 2/2: where subgraphs that speak Apollo's HTTP callback protocol send their events: a route of the gateway's HTTP server, on which each subscription
 * has an address of its own that nobody can guess. Made by gateway.ts; subscriptions are registered by upstream-callback.ts.
 * Protocol: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/callback-protocol
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { Route } from '#platform/http.ts';
import { pathOf, readBody } from '#platform/http.ts';
import { createSecretCheck } from '#platform/secret-check.ts';
import type { UpstreamResult } from './execute-event.ts';
import { eventBytesMax } from './upstream-copy.ts';
import { pickErrors, readResult } from './upstream-request.ts';

/** What the subgraph is told of a subscription: `extensions.subscription` of the operation. */
export interface CallbackAddress {
  readonly callbackUrl: string;
  readonly subscriptionId: string;
  readonly verifier: string;
}

export interface NextMessage {
  readonly result: UpstreamResult;
  /** The same when it is sent again. */
  readonly text: string;
  /** Aborted when the subgraph does not wait for the answer any more. */
  readonly lost: AbortSignal;
}

/** A subscription as its subgraph reaches it. */
export interface CallbackReceiver {
  check(): void;
  /** Resolves with the status of the answer, when the next one may be sent. */
  next(message: NextMessage): Promise<number>;
  complete(errors: readonly GraphQLFormattedError[]): void;
}

export interface CallbackEndpoint {
  readonly route: Route;
  register(receiver: CallbackReceiver): CallbackAddress;
  /** From now on its subgraph is told that there is no such subscription, which ends it there. */
  unregister(subscriptionId: string): void;
}

interface Registration {
  readonly receiver: CallbackReceiver;
  readonly isVerifier: (presented: unknown) => boolean;
}

type Message = { readonly id: string; readonly verifier: unknown } & (
  | { readonly action: 'check' }
  | { readonly action: 'next'; readonly result: UpstreamResult }
  | { readonly action: 'complete'; readonly errors: readonly GraphQLFormattedError[] }
);

const path = '/callback/';
const protocolHeader = { 'subscription-protocol': 'callback/1.0' };
const verifierBytes = 32;

/** `baseUrl` is this copy of the gateway as subgraphs reach it. */
export function createCallbackEndpoint(baseUrl: string): CallbackEndpoint {
  const registrations = new Map<string, Registration>();

  async function receive(request: IncomingMessage, lost: AbortSignal): Promise<number> {
    const id = pathOf(request).slice(path.length);
    if (!registrations.has(id)) return 404;
    const text = await readBody(request, eventBytesMax);
    if (text === null) return 413;
    const message = parseMessage(text);
    if (message === null || message.id !== id) return 400;
    // It may have ended while it was read.
    const registration = registrations.get(id);
    if (registration === undefined) return 404;
    const { receiver, isVerifier } = registration;
    if (!isVerifier(message.verifier)) return 401;
    switch (message.action) {
      case 'check':
        receiver.check();
        return 204;
      case 'next':
        return receiver.next({ result: message.result, text, lost });
      case 'complete':
        receiver.complete(message.errors);
        return 204;
      default:
        return message satisfies never;
    }
  }

  return {
    route: {
      method: 'POST',
      path: `${path}*`,
      handle: async (request, response) => answer(response, await receive(request, watchLoss(response))),
    },
    register: (receiver) => {
      const subscriptionId = randomUUID();
      const verifier = randomBytes(verifierBytes).toString('base64url');
      registrations.set(subscriptionId, { receiver, isVerifier: createSecretCheck(verifier) });
      const callbackUrl = `${baseUrl.replace(/\/$/, '')}${path}${subscriptionId}`;
      return { callbackUrl, subscriptionId, verifier };
    },
    unregister: (subscriptionId) => {
      registrations.delete(subscriptionId);
    },
  };
}

function watchLoss(response: ServerResponse): AbortSignal {
  const lost = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) lost.abort();
  });
  return lost.signal;
}

/** Null when it is none of the protocol's. */
function parseMessage(text: string): Message | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  const { kind, action, id, verifier, payload, errors } = value as Partial<Record<string, unknown>>;
  if (kind !== 'subscription' || typeof id !== 'string') return null;
  switch (action) {
    case 'check':
      return { action, id, verifier };
    case 'next': {
      const result = readResult(payload);
      return result === null ? null : { action, id, verifier, result };
    }
    case 'complete':
      return { action, id, verifier, errors: pickErrors(errors) };
    default:
      return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function answer(response: ServerResponse, status: number): void {
  // The rest of a body that is too long is not read, so nothing can follow on this connection.
  response
    .writeHead(status, status === 413 ? { ...protocolHeader, connection: 'close' } : protocolHeader)
    .end();
}
