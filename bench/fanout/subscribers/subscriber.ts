/**
 * One subscriber on a bare TCP connection: upgrades, starts its operation, and from then on counts events without looking into them. Opened by the
 * thousand by process.ts.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { eventFrameBytesMin, readAgeMs } from '../event.ts';
import { createClientFrame, createFrameReader, opcodes } from '../frames.ts';

export interface SubscriberOptions {
  readonly port: number;
  readonly path: string;
  /** Null where events come without being asked for. */
  readonly operation: { readonly initPayload: object; readonly subscribePayload: object } | null;
  /** Everything that is published from now on must come. */
  readonly onLive: () => void;
  readonly onEvent: () => void;
  /** Null when ages are not wanted. */
  readonly onAge: () => ((ms: number) => void) | null;
  /** It will get nothing more. */
  readonly onFailure: (reason: string) => void;
}

type State = 'upgrading' | 'acknowledging' | 'starting' | 'live' | 'failed';

/** Chunks are read one after the other and not kept, so all connections share one buffer. */
const chunk = Buffer.allocUnsafeSlow(256 * 1024);
const headEnd = '\r\n\r\n';
const shownChars = 300;

/** Connects at once. */
export function openSubscriber(options: SubscriberOptions): Socket {
  let state: State = 'upgrading';
  let head = '';
  let isChecked = false;
  const socket = connect({
    host: '127.0.0.1',
    port: options.port,
    noDelay: true,
    onread: {
      buffer: chunk,
      callback: (length) => {
        const bytes = chunk.subarray(0, length);
        if (state === 'upgrading') readHead(bytes);
        else readFrames(bytes);
        return true;
      },
    },
  });
  const send = (message: object) =>
    socket.write(createClientFrame(opcodes.text, Buffer.from(JSON.stringify(message))));
  const fail = (reason: string) => {
    if (state === 'failed') return;
    state = 'failed';
    options.onFailure(reason);
  };

  function readHead(bytes: Buffer): void {
    head += bytes.toString('latin1');
    const end = head.indexOf(headEnd);
    if (end === -1) return;
    if (!head.startsWith('HTTP/1.1 101')) {
      fail(head.slice(0, shownChars));
      return;
    }
    if (options.operation === null) {
      state = 'live';
      options.onLive();
    } else {
      state = 'acknowledging';
      send({ type: 'connection_init', payload: options.operation.initPayload });
    }
    const rest = head.slice(end + headEnd.length);
    if (rest !== '') readFrames(Buffer.from(rest, 'latin1'));
  }

  const readFrames = createFrameReader((opcode, payload) => {
    if (opcode === opcodes.text && state === 'live' && payload.length >= eventFrameBytesMin)
      takeEvent(payload);
    else if (opcode === opcodes.text) readMessage(payload.toString());
    else if (opcode === opcodes.ping) socket.write(createClientFrame(opcodes.pong, Buffer.from(payload)));
    else if (opcode === opcodes.close) fail(`closed: ${describeClose(payload)}`);
  });

  function takeEvent(payload: Buffer): void {
    if (!isChecked) checkEvent(payload.toString());
    options.onEvent();
    const onAge = options.onAge();
    if (onAge !== null) onAge(readAgeMs(payload) ?? Number.POSITIVE_INFINITY);
  }

  /** Once is enough: a peer that leaves the name out does so always. */
  function checkEvent(text: string): void {
    const { payload } = JSON.parse(text) as NextMessage;
    isChecked = true;
    if (payload.errors !== undefined || payload.data?.item?.message?.sender.displayName === undefined)
      fail(`an event without the sender's name: ${text.slice(0, shownChars)}`);
  }

  function readMessage(text: string): void {
    const message = JSON.parse(text) as { type: string } & NextMessage;
    if (message.type === 'ping') send({ type: 'pong' });
    else if (message.type === 'connection_ack' && state === 'acknowledging') {
      state = 'starting';
      send({ id: '1', type: 'subscribe', payload: options.operation?.subscribePayload });
    } else if (message.payload?.data?.item?.__typename === 'CaughtUp' && state === 'starting') {
      state = 'live';
      options.onLive();
    } else fail(`while ${state}: ${text.slice(0, shownChars)}`);
  }

  socket.on('connect', () => socket.write(createUpgrade(options)));
  socket.on('error', (error) => fail(error.message));
  socket.on('close', () => fail('the connection ended'));
  return socket;
}

interface NextMessage {
  readonly payload: {
    readonly errors?: unknown;
    readonly data?: {
      readonly item?: { __typename: string; message?: { sender: { displayName?: string } } } | null;
    } | null;
  };
}

function describeClose(payload: Buffer): string {
  return payload.length < 2 ? 'no code' : `${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`;
}

function createUpgrade({ port, path, operation }: SubscriberOptions): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(operation === null ? [] : ['Sec-WebSocket-Protocol: graphql-transport-ws']),
  ];
  return `${lines.join('\r\n')}${headEnd}`;
}
