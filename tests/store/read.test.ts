/** What the store gives back: replay, the inbox by periods of membership, tops, pages, unread counts. Over gRPC on a real Postgres. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ClientError, Status } from 'nice-grpc';
import { ConversationKind, MemberRole } from '#schema/generated/events.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { createConversationId, createUserId, directConversationId } from '#schema/ids.ts';
import type { TestWorker } from './commands.ts';
import { addMembers, createGroup, nameOf, sendMessage, startWorker, toCommand } from './commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { collect, startStoreUnderTest } from './store-under-test.ts';

const [ana, ben, cleo, outsider] = [createUserId(), createUserId(), createUserId(), createUserId()];
const isNotFound = (error: unknown) => error instanceof ClientError && error.code === Status.NOT_FOUND;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_value, index) => from + index);
}

test('reads', async (t) => {
  let store: StoreUnderTest;
  let worker: TestWorker;
  before(async () => {
    store = await startStoreUnderTest();
    worker = await startWorker(store.client, 0);
  });
  after(() => store[Symbol.asyncDispose]());

  async function createGroupOf(viewerId: UserId, ...members: UserId[]): Promise<ConversationId> {
    const group = createGroup(viewerId, members);
    await worker.append(group);
    return group.conversationId;
  }

  await t.test('replay gives (after, up to] in order over many pages, to members only', async () => {
    const conversationId = await createGroupOf(ana, ben);
    const at = { viewerId: ana, conversationId };
    await worker.append(...range(1, 700).map((number) => sendMessage(at, `text ${number}`)));
    const events = await collect(store.client.replay({ ...at, afterEventSeq: 5, upToEventSeq: 0, limit: 0 }));
    assert.deepEqual(
      events.map(({ eventSeq }) => eventSeq),
      range(6, 702),
    );
    const last = events.at(-1);
    assert.ok(last?.body?.$case === 'messageCreated' && last.completesCommand);
    assert.equal(last.body.value.message?.text, 'text 700');
    const part = await collect(
      store.client.replay({ ...at, afterEventSeq: 10, upToEventSeq: 400, limit: 350 }),
    );
    assert.deepEqual(
      part.map(({ eventSeq }) => eventSeq),
      range(11, 360),
    );
    const foreign = store.client.replay({
      ...at,
      viewerId: outsider,
      afterEventSeq: 0,
      upToEventSeq: 0,
      limit: 0,
    });
    await assert.rejects(collect(foreign), isNotFound);
    await assert.rejects(store.client.readConversationTop({ ...at, viewerId: outsider }), isNotFound);
    const top = await store.client.readConversationTop(at);
    assert.deepEqual(
      { eventSeq: top.eventSeq, firstEventSeq: top.firstEventSeq },
      { eventSeq: 702, firstEventSeq: 1 },
    );
  });

  await t.test('the inbox holds exactly the periods of membership, their ends included', async () => {
    const conversationId = await createGroupOf(ana, ben);
    const at = { viewerId: ana, conversationId };
    const remove = toCommand(at, { $case: 'removeMember', value: { userId: cleo } });
    const other = createGroup(ben, []);
    await worker.append(
      sendMessage(at, 'before'),
      addMembers(at, [cleo]),
      sendMessage(at, 'seen 1'),
      other,
      sendMessage({ viewerId: ben, conversationId: other.conversationId }, 'elsewhere'),
      remove,
      sendMessage(at, 'between'),
      addMembers(at, [cleo]),
      sendMessage(at, 'seen 2'),
    );
    const top = await store.client.readInboxTop({ viewerId: cleo });
    assert.deepEqual(top.conversationIds, [conversationId]);
    const upToLogSeq = top.partitions.find(({ partition }) => partition === 0)?.logSeq ?? 0;
    const replay = async (afterLogSeq: number, viewerId = cleo) =>
      collect(store.client.replayInbox({ viewerId, ranges: [{ partition: 0, afterLogSeq, upToLogSeq }] }));
    const events = await replay(0);
    assert.deepEqual(
      events.map(({ body }) => (body?.$case === 'messageCreated' ? body.value.message?.text : body?.$case)),
      ['memberJoined', 'seen 1', 'memberLeft', 'memberJoined', 'seen 2'],
    );
    const middle = events[1]?.logSeq ?? 0;
    assert.deepEqual(
      (await replay(middle)).map(({ logSeq }) => logSeq),
      events.slice(2).map(({ logSeq }) => logSeq),
    );
    assert.deepEqual(await replay(upToLogSeq), []);
    assert.deepEqual(await replay(0, outsider), []);
    const afterRemoval = await worker.append(remove);
    assert.deepEqual(afterRemoval.map(nameOf), ['unchanged'], 'the same command has had its effect');
  });

  await t.test('a top that is read while batches are applied never runs ahead of its rows', async () => {
    const conversationId = await createGroupOf(ana, ben);
    const at = { viewerId: ana, conversationId };
    let isWriting = true;
    const writing = (async () => {
      for (let batch = 0; batch < 60; batch += 1) {
        await worker.append(...range(1, 20).map(() => sendMessage(at, 'text')));
      }
      isWriting = false;
    })();
    let looks = 0;
    while (isWriting) {
      const { eventSeq } = await store.client.readConversationTop(at);
      const events = await collect(
        store.client.replay({
          ...at,
          afterEventSeq: Math.max(0, eventSeq - 30),
          upToEventSeq: eventSeq,
          limit: 0,
        }),
      );
      assert.equal(events.at(-1)?.eventSeq, eventSeq);
      const inbox = await store.client.readInboxTop({ viewerId: ana });
      const upToLogSeq = inbox.partitions[0]?.logSeq ?? 0;
      const ranges = [{ partition: 0, afterLogSeq: upToLogSeq - 5, upToLogSeq }];
      const latest = await collect(store.client.replayInbox({ viewerId: ana, ranges }));
      assert.deepEqual(
        latest.map(({ logSeq }) => logSeq),
        range(upToLogSeq - 4, upToLogSeq),
      );
      looks += 1;
    }
    await writing;
    assert.ok(looks > 5);
  });

  await t.test('pages of messages: forward, backward, around, at both ends', async () => {
    const conversationId = await createGroupOf(ana, ben);
    const at = { viewerId: ben, conversationId };
    await worker.append(...range(1, 25).map((number) => sendMessage(at, `text ${number}`)));
    const list = async (window: Parameters<typeof store.client.listMessages>[0]['window'], limit: number) => {
      const page = await store.client.listMessages({ ...at, window, limit });
      return [page.messages.map(({ seq }) => seq), page.hasPrevious, page.hasNext];
    };
    assert.deepEqual(await list({ $case: 'afterSeq', value: 0 }, 10), [range(1, 10), false, true]);
    assert.deepEqual(await list({ $case: 'afterSeq', value: 20 }, 10), [range(21, 25), true, false]);
    assert.deepEqual(await list({ $case: 'afterSeq', value: 99 }, 10), [[], true, false]);
    assert.deepEqual(await list({ $case: 'beforeSeq', value: 0 }, 10), [range(16, 25), true, false]);
    assert.deepEqual(await list({ $case: 'beforeSeq', value: 6 }, 10), [range(1, 5), false, true]);
    const { messages } = await store.client.listMessages({ ...at, limit: 25 });
    const around = async (seq: number) =>
      list({ $case: 'aroundMessageId', value: messages[seq - 1]?.id ?? '' }, 5);
    assert.deepEqual(await around(1), [range(1, 5), false, true]);
    assert.deepEqual(await around(13), [range(11, 15), true, true]);
    assert.deepEqual(await around(25), [range(21, 25), true, false]);
    const foreign = store.client.listMessages({ ...at, viewerId: outsider, limit: 5 });
    await assert.rejects(foreign, isNotFound);
    const messageIds = messages.slice(0, 3).map(({ id }) => id);
    const own = await store.client.getMessages({ viewerId: ana, messageIds });
    assert.equal(own.messages.length, 3);
    assert.deepEqual((await store.client.getMessages({ viewerId: outsider, messageIds })).messages, []);
  });

  await t.test('unread and mentions follow read receipts and own sends', async () => {
    const conversationId = await createGroupOf(ana, ben, cleo);
    const fromAna = { viewerId: ana, conversationId };
    const send = (text: string, mentionUserIds: UserId[] = []) =>
      sendMessage(fromAna, text, { mentionUserIds });
    const markRead = (upToSeq: number) =>
      toCommand({ viewerId: ben, conversationId }, { $case: 'markRead', value: { upToSeq } });
    const read = async (viewerId: UserId) => {
      const { conversations } = await store.client.getConversations({
        viewerId,
        conversationIds: [conversationId],
      });
      const [row] = conversations;
      return [row?.viewerUnreadCount, row?.viewerMentionCount, row?.lastMessage?.seq];
    };
    assert.deepEqual(await read(ben), [0, 0, undefined]);
    await worker.append(send('1', [ben]), send('2'), send('3', [ben, outsider]), send('4', [ben, cleo]));
    assert.deepEqual(await read(ben), [4, 3, 4]);
    assert.deepEqual(await read(ana), [0, 0, 4]);
    const marks = await worker.append(markRead(3), markRead(2), markRead(99), markRead(99), markRead(-1));
    assert.deepEqual(marks.map(nameOf), [
      'readReceiptUpdated',
      'unchanged',
      'readReceiptUpdated',
      'unchanged',
      'rejected 4',
    ]);
    assert.deepEqual(await read(ben), [0, 0, 4]);
    await worker.append(send('5', [cleo]), sendMessage({ viewerId: cleo, conversationId }, '6'));
    assert.deepEqual(await read(cleo), [0, 0, 6]);
    assert.deepEqual(await read(ben), [2, 0, 6]);
    const nobody = await store.client.getConversations({
      viewerId: outsider,
      conversationIds: [conversationId],
    });
    assert.deepEqual(nobody.conversations, []);
  });

  await t.test('the list of conversations: latest activity first, page by page', async () => {
    const [viewerId, other] = [createUserId(), createUserId()];
    const ids: ConversationId[] = [];
    for (let index = 0; index < 7; index += 1) ids.push(await createGroupOf(viewerId, other));
    const [first] = ids;
    assert.ok(first !== undefined);
    await worker.append(sendMessage({ viewerId: other, conversationId: first }, 'up'));
    const seen: string[] = [];
    let after: { lastActivityAtMs: number; conversationId: string } | undefined;
    for (;;) {
      const page = await store.client.listConversations({
        viewerId,
        first: 3,
        includeArchived: false,
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...page.conversations.map(({ id }) => id));
      const last = page.conversations.at(-1);
      if (!page.hasMore || last === undefined) break;
      after = { lastActivityAtMs: last.lastActivityAtMs, conversationId: last.id };
    }
    assert.equal(seen[0], first);
    assert.deepEqual([...seen].sort(), [...ids].sort());
  });

  await t.test('members in order of joining, and a new owner when the last one leaves', async () => {
    const people = range(1, 6).map(() => createUserId());
    const conversationId = await createGroupOf(ana, ...people);
    const page = await store.client.listMembers({ viewerId: ana, conversationId, first: 4 });
    assert.deepEqual(
      page.members.map(({ userId }) => userId),
      [ana, ...people.slice(0, 3)],
    );
    assert.deepEqual([page.hasMore, page.totalCount], [true, 7]);
    const afterUserId = page.members.at(-1)?.userId ?? '';
    const rest = await store.client.listMembers({ viewerId: ana, conversationId, first: 4, afterUserId });
    assert.deepEqual(
      rest.members.map(({ userId }) => userId),
      people.slice(3),
    );
    const leave = (viewerId: UserId) =>
      toCommand({ viewerId, conversationId }, { $case: 'leaveConversation', value: {} });
    const [second, third] = people;
    assert.ok(second !== undefined && third !== undefined);
    await worker.append(leave(second), leave(ana));
    const left = await store.client.listMembers({ viewerId: third, conversationId, first: 10 });
    assert.deepEqual(
      left.members.map(({ userId, role }) => [userId, role]),
      people.slice(1).map((userId, index) => [userId, index === 0 ? MemberRole.OWNER : MemberRole.MEMBER]),
    );
    await assert.rejects(store.client.listMembers({ viewerId: ana, conversationId, first: 1 }), isNotFound);
  });

  await t.test('DIRECT conversations stay as they are; routes are told of every conversation', async () => {
    const conversationId = directConversationId(ana, ben);
    const at = { viewerId: ben, conversationId };
    const create = () =>
      toCommand(at, {
        $case: 'createConversation',
        value: { kind: ConversationKind.DIRECT, memberIds: [ana] },
      });
    const refused = [
      addMembers(at, [cleo]),
      toCommand(at, { $case: 'leaveConversation', value: {} }),
      toCommand(at, { $case: 'removeMember', value: { userId: ana } }),
      toCommand(at, { $case: 'updateConversation', value: { title: 'x' } }),
    ];
    const records = await worker.append(create(), create(), ...refused);
    assert.deepEqual(records.map(nameOf), [
      'memberJoined',
      'memberJoined',
      'unchanged',
      'rejected 2',
      'rejected 2',
      'rejected 2',
      'rejected 2',
    ]);
    assert.deepEqual(await store.client.readRoute({ conversationId }), { partition: 0 });
    const unknown = await store.client.readRoute({ conversationId: createConversationId() });
    assert.equal(unknown.partition, undefined);
  });
});
