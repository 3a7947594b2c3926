/**
 * Whether what was promised was kept in one run: pure, from the history alone. A finding is one sentence; a run without findings kept
 * everything. docs/architecture.md says why each holds.
 */

import type { History } from './history.ts';
import { judgeReaders } from './judge-readers.ts';
import { judgeSends } from './judge-sends.ts';

export function judge(history: History): string[] {
  return [
    ...history.stuck,
    ...judgeNumbers(history),
    ...judgeMembers(history),
    ...judgeSends(history),
    ...judgeReaders(history),
  ];
}

/** Dense from 1: the events of a partition, those of a conversation, and its messages. */
function judgeNumbers({ tables }: History): string[] {
  const findings: string[] = [];
  for (const [partition, { events }] of tables.partitions.entries()) {
    if (events.some(({ logSeq }, index) => logSeq !== index + 1))
      findings.push(`partition ${partition} has holes`);
  }
  for (const [conversationId, events] of tables.eventsOf) {
    if (events.some(({ eventSeq }, index) => eventSeq !== index + 1))
      findings.push(`${conversationId} has holes`);
    const seqs = events.flatMap(({ body }) =>
      body?.$case === 'messageCreated' ? [body.value.message?.seq] : [],
    );
    if (seqs.some((seq, index) => seq !== index + 1))
      findings.push(`the messages of ${conversationId} have holes`);
  }
  return findings;
}

/** Whoever sent something was a member when it was decided. */
function judgeMembers({ tables }: History): string[] {
  return [...tables.eventsOf].flatMap(([conversationId, events]) => {
    const members = new Set<string>();
    return events.flatMap(({ body, eventSeq }) => {
      if (body?.$case === 'memberJoined') members.add(body.value.userId);
      if (body?.$case === 'memberLeft') members.delete(body.value.userId);
      const senderId = body?.$case === 'messageCreated' ? body.value.message?.senderId : undefined;
      const isStranger = senderId !== undefined && !members.has(senderId);
      return isStranger ? [`event ${eventSeq} of ${conversationId} is the message of a stranger`] : [];
    });
  });
}
