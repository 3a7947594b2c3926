/** What senders were told against what is stored, and what the producer said against what Kafka holds. Pure; called by judge.ts. */
import type { Message } from '#schema/generated/events.ts';
import { Command } from '#schema/generated/events.ts';
import { messageKey } from '../../subgraphs/storage/store/decide/state.ts';
import type { Answer, Attempt, History, Produced } from './history.ts';
import { ada, bob } from './people.ts';

/** All attempts to send under one clientMessageId, and what became of them. */
interface Send {
  readonly key: string;
  readonly attempts: readonly Attempt[];
  readonly stored: readonly Message[];
}

export function judgeSends(history: History): string[] {
  const sends = gatherSends(history);
  return [
    ...sends.flatMap((send) => judgeSend(send, history)),
    ...judgeOrder(sends),
    ...judgeProduced(history),
    ...judgeStanding(history),
  ];
}

function gatherSends({ attempts, tables }: History): Send[] {
  const stored = Map.groupBy(
    [...tables.eventsOf.values()].flat().flatMap(({ body }) => {
      const message = body?.$case === 'messageCreated' ? body.value.message : undefined;
      return message === undefined ? [] : [message];
    }),
    keyOf,
  );
  return [...Map.groupBy(attempts, keyOf)].map(([key, own]) => ({
    key,
    attempts: own,
    stored: stored.get(key) ?? [],
  }));
}

function keyOf(of: { senderId: string; conversationId: string; clientMessageId: string }): string {
  return `${of.senderId} in ${of.conversationId} under ${of.clientMessageId}`;
}

function judgeSend({ key, attempts, stored }: Send, { isLogReplaced }: History): string[] {
  const [message] = stored;
  const findings: string[] = [];
  if (stored.length > 1) findings.push(`${key}: stored ${stored.length} times`);
  if (message === undefined) {
    for (const { senderId, answer } of attempts) {
      if (impliesStored(answer, senderId, isLogReplaced))
        findings.push(`${key}: ${answer?.kind} and not stored`);
    }
    return findings;
  }
  if (!attempts.some(({ text }) => text === message.text))
    findings.push(`${key}: stored with a text nobody sent`);
  if (attempts.every(({ answer }) => answer?.kind === 'refused' || answer?.kind === 'notAMember')) {
    findings.push(`${key}: refused each time and stored`);
  }
  for (const { answer, text } of attempts) {
    const problem = contradict(answer, text, message);
    if (problem !== null) findings.push(`${key}: ${problem}`);
  }
  return findings;
}

/** Accepted is not yet decided; but for those who are members all the time there is only one way to decide. */
function impliesStored(answer: Answer | null, senderId: string, isLogReplaced: boolean): boolean {
  switch (answer?.kind) {
    case 'stored':
    case 'replayed':
    case 'conflict':
      return true;
    case 'accepted':
      return !isLogReplaced && (senderId === ada || senderId === bob);
    case 'refused':
    case 'unknown':
    case 'notAMember':
    case undefined:
      return false;
  }
}

/** How the answer to an attempt contradicts what is stored, or null. */
function contradict(answer: Answer | null, text: string, message: Message): string | null {
  if (answer?.kind === 'conflict' && message.text === text) return 'told that another text is stored';
  if (answer?.kind !== 'stored' && answer?.kind !== 'replayed') return null;
  if (!answer.wasStored) return 'told that it is stored before it was';
  if (answer.seq !== message.seq || answer.text !== message.text || text !== message.text) {
    return `told seq ${answer.seq} and ${answer.text} for ${text}, stored is ${message.seq} and ${message.text}`;
  }
  return null;
}

/** What was sent after an earlier message's success was told stands behind it. */
function judgeOrder(sends: readonly Send[]): string[] {
  const told = sends.flatMap(({ attempts, stored: [message] }) => {
    if (message === undefined) return [];
    const successes = attempts.filter(
      ({ answer }) => answer?.kind === 'stored' || answer?.kind === 'replayed',
    );
    const toldTick = Math.min(
      ...successes.map(({ answeredTick }) => answeredTick ?? Number.POSITIVE_INFINITY),
    );
    const startedTick = Math.min(...attempts.map((attempt) => attempt.startedTick));
    return [{ message, toldTick, startedTick }];
  });
  return told.flatMap((earlier) =>
    told
      .filter(
        (later) =>
          later.message.senderId === earlier.message.senderId &&
          later.message.conversationId === earlier.message.conversationId &&
          later.startedTick > earlier.toldTick &&
          later.message.seq < earlier.message.seq,
      )
      .map(
        (later) =>
          `${later.message.text} was sent after ${earlier.message.text} was stored, and stands before it`,
      ),
  );
}

function judgeProduced({ produced, commands }: History): string[] {
  const copiesOf = Map.groupBy(commands.flat(), (value) => value);
  return produced.flatMap(({ answer, value }: Produced) => {
    const copies = copiesOf.get(value)?.length ?? 0;
    if (copies > 1) return [`a command that was sent once is in the log ${copies} times`];
    if (answer?.kind === 'acknowledged' && copies === 0)
      return ['a command was acknowledged and is not in the log'];
    if (answer?.kind === 'refused' && copies > 0) return ['a command was refused and is in the log'];
    return [];
  });
}

/** For those who are members all the time there is only one way to decide a send. */
function judgeStanding({ standing, tables }: History): string[] {
  return standing.flatMap((value) => {
    const { viewerId: senderId, conversationId, body } = Command.decode(value);
    if (body?.$case !== 'sendMessage' || (senderId !== ada && senderId !== bob)) return [];
    const { clientMessageId } = body.value;
    const isStored = tables.messages.has(messageKey({ conversationId, senderId, clientMessageId }));
    return isStored ? [] : [`${body.value.text} stands in the log and was passed over`];
  });
}
