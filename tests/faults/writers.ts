/**
 * Writers of a fault run: send one message after the other, each until it is answered with success, with deliberate repeats. What they did
 * and were told goes into the history. Made by workload.ts.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from '#tests/harness/accounts.ts';
import { request } from '#tests/harness/client.ts';
import type { History, Send } from './history.ts';
import type { Population, Room } from './population.ts';
import type { Random } from './random.ts';

export interface WriterOptions {
  readonly name: string;
  readonly person: Account;
  readonly population: Population;
  readonly gatewayUrls: readonly string[];
  readonly history: History;
  readonly random: Random;
  /** Milliseconds between the answer of a request and the next one; asked each time. */
  readonly pauseMs: () => number;
  /** After this no new message is begun. */
  readonly stop: AbortSignal;
  /** Told of each message that is surely stored, with its number. */
  readonly onStored: (conversation: string, seq: number) => void;
}

interface Answer {
  readonly __typename: string;
  readonly messageId?: string;
  readonly replayed?: boolean;
  readonly message?: { readonly seq: number; readonly clientMessageId: string } | null;
  readonly code?: string;
}

const hotShare = 0.3;
const acceptedShare = 0.2;
const repeatShare = 0.2;
const conflictShare = 0.02;
const singleShare = 0.3;
const batchMax = 6;
const retryFirstMs = 50;
const retryLastMs = 1_000;
/** From the first try; far above what any fault lasts. */
export const sendGiveUpMs = 120_000;

/** Writes until stopped; resolves when its last message is answered. */
export async function write(options: WriterOptions): Promise<void> {
  const { person, population, random, stop } = options;
  const rooms = population.conversations.filter(({ members }) => members.includes(person));
  const [hot] = population.conversations;
  for (let round = 1; !stop.aborted; round += 1) {
    const room = hot !== undefined && random.happens(hotShare) ? hot : random.pick(rooms);
    const count = random.happens(singleShare) ? 1 : random.between(2, batchMax);
    const sends = Array.from({ length: count }, (_, index) =>
      createSend(options, room, `${options.name} ${round}.${index}`),
    );
    await sendUntilAnswered(options, sends, random.happens(acceptedShare) ? 'ACCEPTED' : 'STORED');
    const last = sends.at(-1);
    if (last?.outcome === 'ok' && random.happens(repeatShare)) await repeat(options, last);
    await delay(options.pauseMs());
  }
}

/** Recorded as invoked. */
export function createSend(
  { name, history }: Pick<WriterOptions, 'name' | 'history'>,
  room: Pick<Room, 'id'>,
  words: string,
): Send {
  const clientMessageId = randomUUID();
  const send: Send = {
    writer: name,
    conversation: room.id,
    clientMessageId,
    text: `${words} ${clientMessageId.slice(0, 8)}`,
    outcome: 'open',
    seq: null,
    tries: 0,
  };
  history.sends.push(send);
  return send;
}

/** One request for all of them, again and again until it is answered with success: a repeat of what is stored already changes nothing. */
export async function sendUntilAnswered(
  options: Omit<WriterOptions, 'pauseMs' | 'stop' | 'population'>,
  sends: readonly Send[],
  durability: 'ACCEPTED' | 'STORED',
): Promise<void> {
  const { history, random } = options;
  const giveUpAt = performance.now() + sendGiveUpMs;
  for (let waitMs = retryFirstMs; performance.now() < giveUpAt; waitMs = Math.min(waitMs * 2, retryLastMs)) {
    for (const send of sends) send.tries += 1;
    const answers = await tryOnce(options, sends, durability);
    if (answers !== null) {
      for (const [index, send] of sends.entries()) noteAnswer(options, send, answers[index]);
      return;
    }
    await delay(waitMs * (0.5 + random.next()));
  }
  for (const send of sends) {
    send.outcome = 'unknown';
    history.stuck.push(`${send.clientMessageId} was not answered within ${sendGiveUpMs} ms`);
  }
}

function noteAnswer(
  { history, onStored }: Pick<WriterOptions, 'history' | 'onStored'>,
  send: Send,
  answer: Answer | undefined,
): void {
  if (answer?.__typename !== 'SendMessageSuccess') {
    send.outcome = 'refused';
    history.contradictions.push(`a member's message was answered ${answer?.__typename} ${answer?.code}`);
    return;
  }
  send.outcome = 'ok';
  if (answer.message == null) return;
  send.seq = answer.message.seq;
  if (answer.message.clientMessageId !== send.clientMessageId)
    history.contradictions.push(`${send.clientMessageId} was answered as ${answer.message.clientMessageId}`);
  onStored(send.conversation, answer.message.seq);
}

/** Sends again what was answered with success, sometimes with another text. */
async function repeat(options: WriterOptions, send: Send): Promise<void> {
  const isConflict = options.random.happens(conflictShare);
  const text = isConflict ? `${send.text} changed` : send.text;
  const [answer] = (await tryOnce(options, [{ ...send, text }], 'STORED')) ?? [];
  if (answer === undefined) return;
  const { history } = options;
  send.tries += 1;
  if (isConflict) {
    if (answer.__typename !== 'IdempotencyConflict')
      history.contradictions.push(`another text under ${send.clientMessageId}: ${answer.__typename}`);
    return;
  }
  const seq = answer.message?.seq ?? null;
  if (answer.replayed !== true || seq === null || (send.seq !== null && send.seq !== seq))
    history.contradictions.push(
      `a repeat of ${send.clientMessageId} (${send.seq}) was answered ${JSON.stringify(answer)}`,
    );
  else send.seq = seq;
}

/** The answers in the order of the sends; null when at least one is not known. */
async function tryOnce(
  { person, gatewayUrls, random }: Pick<WriterOptions, 'person' | 'gatewayUrls' | 'random'>,
  sends: readonly Pick<Send, 'conversation' | 'clientMessageId' | 'text'>[],
  durability: 'ACCEPTED' | 'STORED',
): Promise<Answer[] | null> {
  const variables = Object.fromEntries(
    sends.map(({ conversation: conversationId, clientMessageId, text }, index) => [
      `i${index}`,
      { conversationId, clientMessageId, text, durability },
    ]),
  );
  try {
    const { data } = await request<Record<string, Answer>>(
      random.pick(gatewayUrls),
      toDocument(sends.length),
      { variables, token: person.accessToken },
    );
    if (data === null) return null;
    return sends.map((_, index) => data[`m${index}`]).filter((answer) => answer !== undefined);
  } catch (error) {
    if (isBrokenConnection(error)) return null;
    throw error;
  }
}

/** What fetch and JSON.parse throw when the other side dies or says nothing. */
export function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError;
}

const documents = new Map<number, string>();

function toDocument(count: number): string {
  const known = documents.get(count);
  if (known !== undefined) return known;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const document = `mutation Send(${indexes.map((index) => `$i${index}: SendMessageInput!`).join(', ')}) {
    ${indexes.map((index) => `m${index}: sendMessage(input: $i${index}) { ...Sent }`).join('\n')}
  }
  fragment Sent on SendMessageResult {
    __typename
    ... on SendMessageSuccess { messageId replayed message { seq clientMessageId } }
    ... on MutationError { code }
  }`;
  documents.set(count, document);
  return document;
}
