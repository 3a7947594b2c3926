/** The storage subgraph's GraphQL over a real store: pages, entities, access, bad input. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchema } from 'graphql';
import { graphql, parse } from 'graphql';
import type { SubgraphContext } from '#schema/context.ts';
import { parseEventCursor } from '#schema/cursors.ts';
import type { ConversationId, UserId } from '#schema/ids.ts';
import { createConversationId, createSessionId, createUserId, deriveMessageId } from '#schema/ids.ts';
import { createResolvers } from '../../subgraphs/storage/resolvers/resolvers.ts';
import { createGroup, sendMessage, startWorker, toCommand } from './commands.ts';
import type { StoreUnderTest } from './store-under-test.ts';
import { startStoreUnderTest } from './store-under-test.ts';

const [ana, ben, outsider] = [createUserId(), createUserId(), createUserId()];
const typeDefs = parse(readFileSync(new URL('../../schema/storage.graphql', import.meta.url), 'utf8'));

function createContext(userId: UserId | null): SubgraphContext {
  const viewer =
    userId === null
      ? null
      : { userId, sessionId: createSessionId(), tokenId: 'token', expiresAtMs: Date.now() + 60_000 };
  return { viewer, client: { ipAddress: null, userAgent: null } };
}

test('history', async (t) => {
  let store: StoreUnderTest;
  let schema: GraphQLSchema;
  let conversationId: ConversationId;
  before(async () => {
    store = await startStoreUnderTest();
    type Modules = Parameters<typeof buildSubgraphSchema>[0];
    schema = buildSubgraphSchema([{ typeDefs, resolvers: createResolvers(store.client) }] as Modules);
    const worker = await startWorker(store.client, 0);
    const group = createGroup(ana, [ben]);
    conversationId = group.conversationId;
    const at = { viewerId: ana, conversationId };
    const first = sendMessage(at, 'text 1', { mentionUserIds: [ben] });
    const replyToId = first.body?.$case === 'sendMessage' ? first.body.value.messageId : '';
    const more = Array.from({ length: 11 }, (_value, index) => sendMessage(at, `text ${index + 2}`));
    const read = toCommand({ viewerId: ben, conversationId }, { $case: 'markRead', value: { upToSeq: 3 } });
    await worker.append(group, first, ...more, sendMessage(at, 'reply', { replyToId }), read);
  });
  after(() => store[Symbol.asyncDispose]());

  async function ask(
    source: string,
    viewer: UserId | null = ben,
  ): Promise<{ data: unknown; codes: unknown[] }> {
    const { data, errors } = await graphql({ schema, source, contextValue: createContext(viewer) });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)),
      codes: (errors ?? []).map((error) => error.extensions.code ?? error.message),
    };
  }

  await t.test('a conversation as the viewer sees it', async () => {
    const { data, codes } = await ask(`{ conversation(id: "${conversationId}") {
      id kind title topic lastSeq eventCursor viewerUnreadCount viewerMentionCount
      viewerMembership { role readSeq user { id } }
      lastMessage { seq text replyTo { seq text mentions { id } } sender { id } conversation { id } reactions { emoji } }
      members(first: 1) { totalCount nodes { user { id } role } pageInfo { hasNextPage endCursor } }
    } }`);
    assert.deepEqual(codes, []);
    const { eventCursor, members, ...rest } = (data as { conversation: Record<string, never> }).conversation;
    assert.deepEqual(rest, {
      id: conversationId,
      kind: 'GROUP',
      title: 'Group',
      topic: null,
      lastSeq: 13,
      viewerUnreadCount: 10,
      viewerMentionCount: 0,
      viewerMembership: { role: 'MEMBER', readSeq: 3, user: { id: ben } },
      lastMessage: {
        seq: 13,
        text: 'reply',
        replyTo: { seq: 1, text: 'text 1', mentions: [{ id: ben }] },
        sender: { id: ana },
        conversation: { id: conversationId },
        reactions: [],
      },
    });
    assert.equal(parseEventCursor(eventCursor ?? '')?.eventSeq, 16);
    const { totalCount, nodes, pageInfo } = members as unknown as Record<string, { endCursor?: string }>;
    assert.deepEqual([totalCount, nodes], [2, [{ user: { id: ana }, role: 'OWNER' }]]);
    const next = await ask(
      `{ conversation(id: "${conversationId}") { members(after: "${pageInfo?.endCursor}") { nodes { user { id } } } } }`,
    );
    assert.deepEqual(next.data, { conversation: { members: { nodes: [{ user: { id: ben } }] } } });
  });

  async function page(args: string): Promise<{ seqs: number[]; pageInfo: Record<string, unknown> }> {
    const { data, codes } = await ask(
      `{ conversation(id: "${conversationId}") { messages${args} {
        nodes { seq } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    );
    assert.deepEqual(codes, []);
    type Page = { nodes: { seq: number }[]; pageInfo: Record<string, unknown> };
    const { nodes, pageInfo } = (data as { conversation: { messages: Page } }).conversation.messages;
    return { seqs: nodes.map(({ seq }) => seq), pageInfo };
  }

  await t.test('paging through messages both ways gives each once', async () => {
    const forward: number[] = [];
    for (let args = '(first: 5)'; ; ) {
      const { seqs, pageInfo } = await page(args);
      forward.push(...seqs);
      if (pageInfo.hasNextPage !== true) break;
      args = `(first: 5, after: "${pageInfo.endCursor}")`;
    }
    const backward: number[] = [];
    for (let args = '(last: 4)'; ; ) {
      const { seqs, pageInfo } = await page(args);
      backward.unshift(...seqs);
      if (pageInfo.hasPreviousPage !== true) break;
      args = `(last: 4, before: "${pageInfo.startCursor}")`;
    }
    const all = Array.from({ length: 13 }, (_value, index) => index + 1);
    assert.deepEqual([forward, backward, (await page('')).seqs], [all, all, all]);
  });

  await t.test('entities of other subgraphs, in one call, null where the viewer is no member', async () => {
    const unknown = createConversationId();
    const source = `{ _entities(representations: [
      { __typename: "Conversation", id: "${conversationId}" }, { __typename: "Conversation", id: "${unknown}" },
      { __typename: "Message", id: "nonsense" }]) { ... on Conversation { title } ... on Message { text } } }`;
    assert.deepEqual((await ask(source)).data, { _entities: [{ title: 'Group' }, null, null] });
    assert.deepEqual((await ask(source, outsider)).data, { _entities: [null, null, null] });
  });

  await t.test('outsiders see nothing, and nobody without a token', async () => {
    const messageId = deriveMessageId(ana, conversationId, crypto.randomUUID());
    const source = `{ conversation(id: "${conversationId}") { id } message(id: "${messageId}") { id }
      conversations { nodes { id } } }`;
    const nothing = { conversation: null, message: null, conversations: { nodes: [] } };
    assert.deepEqual(await ask(source, outsider), { data: nothing, codes: [] });
    const nobody = await ask(source, null);
    assert.equal(nobody.data, null);
    assert.ok(nobody.codes.length > 0 && nobody.codes.every((code) => code === 'UNAUTHENTICATED'));
  });

  await t.test('bad input is BAD_USER_INPUT', async () => {
    const foreign = Buffer.from(`m ${createConversationId()} 3`).toString('base64url');
    const own = (await page('(first: 1)')).pageInfo.endCursor;
    const message = deriveMessageId(ana, conversationId, crypto.randomUUID());
    const calls = [
      'messages(first: 0)',
      'messages(first: 101)',
      'messages(last: -1)',
      'messages(first: 1, last: 1)',
      `messages(last: 1, after: "${own}")`,
      `messages(around: "${message}", last: 1)`,
      `messages(around: "${message}")`,
      'messages(around: "nonsense")',
      `messages(after: "${foreign}")`,
      'messages(before: "\\u0000")',
      `members(after: "${own}")`,
    ];
    for (const call of calls) {
      const { codes } = await ask(
        `{ conversation(id: "${conversationId}") { ${call} { pageInfo { hasNextPage } } } }`,
      );
      assert.deepEqual(codes, ['BAD_USER_INPUT'], call);
    }
    assert.deepEqual((await ask('{ conversation(id: "\\u0000") { id } }')).data, { conversation: null });
    const list = await ask(`{ conversations(after: "${own}") { nodes { id } } }`);
    assert.deepEqual(list.codes, ['BAD_USER_INPUT']);
  });
});
