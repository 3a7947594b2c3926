/**
 * A client that sends, one thing after the other: each is repeated on the other copy of chat, under its clientMessageId, until it has an
 * answer that is final or its tries are used up.
 */

import { pause } from '#platform/clock.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { deriveMessageId } from '#schema/ids.ts';
import type { NewCommand } from '../../subgraphs/chat/commands/command-bus.ts';
import type { ChatCopy, CommandAnswer } from './chat-copy.ts';
import type { Cluster } from './cluster.ts';
import type { Answer, Attempt } from './history.ts';
import { isStored } from './history.ts';

export interface MessageIntent {
  readonly conversationId: ConversationId;
  readonly clientMessageId: string;
  readonly text: string;
  /** Else it is content when Kafka has it. */
  readonly waitsForOutcome: boolean;
  readonly triesMax: number;
}

export interface SenderOptions {
  readonly cluster: Cluster;
  readonly findCopy: (turn: number) => ChatCopy;
  /** Gets every attempt. */
  readonly attempts: Attempt[];
  readonly nextTick: () => number;
}

const deadlineMs = 10_000;
const repeatFirstMs = 200;
const repeatLastMs = 3_200;
const unknown: CommandAnswer = { kind: 'error', code: 'UNKNOWN_OUTCOME' };

export class Sender {
  readonly id: UserId;
  /** Everything it was asked to send. */
  readonly intents: MessageIntent[] = [];
  readonly #options: SenderOptions;
  #turn: number;
  #waiting = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(id: UserId, options: SenderOptions, turn: number) {
    this.id = id;
    this.#options = options;
    this.#turn = turn;
  }

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  say(intent: MessageIntent): void {
    this.intents.push(intent);
    this.#enqueue(() => this.#send(intent));
  }

  /** A command on people; repeated until it has an answer. */
  order(conversationId: ConversationId, body: NewCommand['body']): void {
    const command = { viewerId: this.id, conversationId, body };
    this.#enqueue(async () => {
      for (let tries = 1; !isFinal(await this.#command(command, true)); tries += 1) await this.#rest(tries);
    });
  }

  #enqueue(work: () => Promise<void>): void {
    this.#waiting += 1;
    this.#queue = this.#queue.then(work).then(() => {
      this.#waiting -= 1;
    });
  }

  async #send({
    conversationId,
    clientMessageId,
    text,
    waitsForOutcome,
    triesMax,
  }: MessageIntent): Promise<void> {
    const { attempts, nextTick } = this.#options;
    const messageId = deriveMessageId(this.id, conversationId, clientMessageId);
    const body = { messageId, clientMessageId, text, mentionUserIds: [] };
    const command: NewCommand = {
      viewerId: this.id,
      conversationId,
      body: { $case: 'sendMessage', value: body },
    };
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const attempt: Attempt = {
        ...{ senderId: this.id, conversationId, clientMessageId, text },
        ...{ startedTick: nextTick(), answer: null, answeredTick: null },
      };
      attempts.push(attempt);
      const told = await this.#command(command, waitsForOutcome);
      attempt.answer = this.#toAnswer(told);
      attempt.answeredTick = nextTick();
      if (isFinal(told)) return;
      await this.#rest(tries);
    }
  }

  #rest(tries: number): Promise<void> {
    return pause(this.#options.cluster.clock, Math.min(repeatLastMs, repeatFirstMs * 2 ** (tries - 1)));
  }

  async #command(command: NewCommand, waitsForOutcome: boolean): Promise<CommandAnswer> {
    const { clock } = this.#options.cluster;
    const { promise: tooLate, resolve } = Promise.withResolvers<CommandAnswer>();
    const cancel = clock.after(deadlineMs, () => resolve(unknown));
    const answer = await Promise.race([
      this.#options.findCopy(this.#turn).command(command, waitsForOutcome),
      tooLate,
    ]);
    cancel();
    if (!isFinal(answer)) this.#turn += 1;
    return answer;
  }

  #toAnswer(answer: CommandAnswer): Answer {
    const { tables } = this.#options.cluster.store;
    switch (answer?.kind) {
      case undefined:
        return { kind: 'accepted' };
      case 'applied': {
        const { body } = answer.event;
        const message = body?.$case === 'messageCreated' ? body.value.message : undefined;
        const wasStored = isStored(tables, answer.event);
        return { kind: 'stored', seq: message?.seq ?? 0, text: message?.text ?? '', wasStored };
      }
      case 'replayed':
        return {
          kind: 'replayed',
          seq: answer.message.seq,
          text: answer.message.text ?? '',
          wasStored: true,
        };
      case 'rejected':
        return { kind: answer.rejection.messageId === undefined ? 'notAMember' : 'conflict' };
      case 'unchanged':
        throw new Error('a message was left unsent without a reason');
      case 'error':
        return { kind: toRefusal(answer.code) };
    }
  }
}

/** Anything but an error: those can be repeated. */
function isFinal(answer: CommandAnswer): boolean {
  return answer?.kind !== 'error';
}

function toRefusal(code: string): 'refused' | 'unknown' {
  if (code === 'UNKNOWN_OUTCOME') return 'unknown';
  if (code === 'OVERLOADED' || code === 'SERVICE_UNAVAILABLE') return 'refused';
  throw new Error(`a command was answered with ${code}`);
}
