/** The audit is audited: a proxy before a gateway that commits one fault each, and the case that has to notice. Called by audit.test.ts. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RawData } from 'ws';
import WebSocket, { WebSocketServer } from 'ws';
import type { Message } from './clients/socket.ts';
import type { Target } from './clients/target.ts';

/** What the proxy sends on instead of a message; `count` is that of its messages of this type on the socket, from 1. */
type Alter = (message: Message, count: number) => readonly Message[] | 'close';

export interface PlantedBug {
  readonly name: string;
  /** Name of the case that must fail. */
  readonly caughtBy: string;
  /** From the gateway to the client. */
  readonly toClient?: () => Alter;
  /** From the client to the gateway. */
  readonly toGateway?: () => Alter;
}

type Payload = { data?: Record<string, unknown>; errors?: { path?: unknown }[] };

const onNext =
  (alter: (message: Message, payload: Payload, count: number) => readonly Message[]) =>
  (): Alter =>
  (message, count) =>
    message.type === 'next' ? alter(message, message.payload as Payload, count) : [message];

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'loses an event',
    caughtBy: 'source/completes',
    toClient: onNext((message, _payload, count) => (count === 2 ? [] : [message])),
  },
  {
    name: 'repeats an event',
    caughtBy: 'order/rapid-events',
    toClient: onNext((message, _payload, count) => (count === 100 ? [message, message] : [message])),
  },
  {
    name: 'lets an event overtake another',
    caughtBy: 'order/rapid-events',
    toClient: () => {
      const held: Message[] = [];
      return (message, count) => {
        if (message.type !== 'next') return [message];
        if (count === 100) held.push(message);
        return count === 100 ? [] : [message, ...held.splice(0)];
      };
    },
  },
  {
    name: 'delivers to another operation',
    caughtBy: 'together/two-on-one-socket',
    toClient: onNext((message, _payload, count) => [
      count === 3
        ? { ...message, id: message.id === 'operation-1' ? 'operation-2' : 'operation-1' }
        : message,
    ]),
  },
  {
    name: 'goes on after complete',
    caughtBy: 'ends/nothing-after-the-servers-complete',
    toClient: () => (message) =>
      message.type === 'complete' && message.id !== undefined
        ? [message, { type: 'next', id: message.id, payload: { data: null } }]
        : [message],
  },
  {
    name: 'hides errors',
    caughtBy: 'errors/field-of-the-event',
    toClient: onNext((message, { data }) => [{ ...message, payload: { data } }]),
  },
  {
    name: 'forgets the index in paths',
    caughtBy: 'errors/item-of-a-list',
    toClient: onNext((message, { data, errors }) => [
      {
        ...message,
        payload: {
          data,
          errors: errors?.map(({ path, ...rest }) => ({
            ...rest,
            path: (path as unknown[]).filter((step) => typeof step === 'string'),
          })),
        },
      },
    ]),
  },
  {
    name: 'closes the socket for an operation',
    caughtBy: 'ws/syntax-error',
    toClient: () => (message) => (message.type === 'error' ? 'close' : [message]),
  },
  {
    name: 'never unsubscribes',
    caughtBy: 'ends/unsubscribe-stops-the-source',
    toGateway: () => (message) => (message.type === 'complete' ? [] : [message]),
  },
  {
    name: 'shows what another viewer sees',
    caughtBy: 'viewers/fetched-field',
    toClient: onNext((message) => [
      JSON.parse(JSON.stringify(message).replace('"second"', '"first"')) as Message,
    ]),
  },
];

const passOn: Alter = (message) => [message];

/** A gateway like the one behind it, but for the bug. */
export async function plantBug(
  target: Target,
  { toClient, toGateway }: PlantedBug,
): Promise<{ target: Target } & AsyncDisposable> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (client, { headers: { authorization } }) => {
    const headers = authorization === undefined ? {} : { authorization };
    const gateway = new WebSocket(target.wsUrl, client.protocol, { headers });
    const opened = once(gateway, 'open').catch(() => undefined);
    relay({ from: gateway, to: client, alter: toClient?.() ?? passOn });
    relay({ from: client, to: gateway, alter: toGateway?.() ?? passOn, opened });
  });
  const { port } = server.address() as AddressInfo;
  return {
    target: { ...target, wsUrl: `ws://127.0.0.1:${port}/graphql` },
    [Symbol.asyncDispose]: async () => {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Relay {
  readonly from: WebSocket;
  readonly to: WebSocket;
  readonly alter: Alter;
  /** Of the side that is written to. */
  readonly opened?: Promise<unknown>;
}

function relay({ from, to, alter, opened }: Relay): void {
  const counts = new Map<string, number>();
  const pass = async (data: RawData) => {
    await opened;
    const text = String(data);
    const message = parse(text);
    if (message === null) return to.send(text);
    const count = (counts.get(message.type) ?? 0) + 1;
    counts.set(message.type, count);
    const altered = alter(message, count);
    if (altered === 'close') return to.close(4500, 'planted');
    for (const one of altered) to.send(JSON.stringify(one));
  };
  from.on('message', (data) => void pass(data));
  from.on('error', () => to.terminate());
  from.on('close', () => to.close());
}

function parse(text: string): Message | null {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return null;
  }
}
