/** How commands are cut into batches changes nothing: what a batch loads from the database is all that deciding needs. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import type { ChatEvent, Command } from '#schema/generated/events.ts';
import { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import { createConversationId, createUserId } from '#schema/ids.ts';
import { nameOf, sendMessage, startWorker, toCommand } from './commands.ts';
import { collect, startStoreUnderTest } from './store-under-test.ts';

const people = Array.from({ length: 6 }, createUserId);
const conversations = Array.from({ length: 3 }, createConversationId);
const keys = Array.from({ length: 12 }, () => crypto.randomUUID());

function pick<T>(items: readonly T[]): T {
  const item = items[randomInt(items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

function createAny(): Command {
  const at = { viewerId: pick(people), conversationId: pick(conversations) };
  const userIds = people.filter(() => randomInt(3) === 0);
  switch (randomInt(9)) {
    case 0: {
      const kind = pick([ConversationKind.GROUP, ConversationKind.CHANNEL]);
      return toCommand(at, { $case: 'createConversation', value: { kind, memberIds: userIds } });
    }
    case 1:
      return toCommand(at, {
        $case: 'addMembers',
        value: { userIds, role: pick(Object.values(MemberRole)) },
      });
    case 2:
      return toCommand(at, { $case: 'removeMember', value: { userId: pick(people) } });
    case 3:
      return toCommand(at, { $case: 'leaveConversation', value: {} });
    case 4:
      return toCommand(at, { $case: 'markRead', value: { upToSeq: randomInt(12) } });
    case 5:
      return toCommand(at, { $case: 'updateConversation', value: { title: pick(['a', 'b']) } });
    default:
      return sendMessage(at, pick(['x', 'y']), { clientMessageId: pick(keys), mentionUserIds: userIds });
  }
}

/** Without what the clock says. */
function toTimeless({ occurredAtMs: _occurredAtMs, body, ...rest }: ChatEvent): object {
  if (body?.$case !== 'messageCreated' || body.value.message === undefined) return { ...rest, body };
  return { ...rest, body: { ...body.value.message, createdAtMs: 0 } };
}

test('one batch, or one for each command, or any: the same outcomes and events', async () => {
  const commands = Array.from({ length: 400 }, createAny);
  const repeated = commands.flatMap((command) => (randomInt(10) === 0 ? [command, command] : [command]));
  const runs: { outcomes: string[]; events: object[]; members: object[] }[] = [];
  for (const batchMax of [repeated.length, 1, 7]) {
    await using store = await startStoreUnderTest();
    const worker = await startWorker(store.client, 0);
    const outcomes: string[] = [];
    for (let start = 0; start < repeated.length; start += batchMax) {
      outcomes.push(...(await worker.append(...repeated.slice(start, start + batchMax))).map(nameOf));
    }
    const events = await collect(store.client.readLog({ partition: 0, afterLogSeq: 0 }));
    const members = await store.pool.query(
      `SELECT conversation_id, user_id, role, joined_event_seq, read_seq, delivered_seq FROM membership ORDER BY 1, 2`,
    );
    const letters = await store.pool.query('SELECT reason FROM dead_letter');
    assert.deepEqual(letters.rows, []);
    runs.push({ outcomes, events: events.map(toTimeless), members: members.rows });
  }
  const [whole, single, some] = runs;
  assert.deepEqual(single, whole);
  assert.deepEqual(some, whole);
});
