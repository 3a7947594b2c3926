/** The rules of the decider, tried on plain state, and what holds after any sequence of commands. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChatEvent, LogRecord } from '#schema/generated/events.ts';
import { ConversationKind, MemberRole, RejectionCode } from '#schema/generated/events.ts';
import { handleCommand } from './decide.ts';
import type { BatchState, CommandBody, ParsedCommand } from './state.ts';
import { createBatchState } from './state.ts';

const people = ['ana', 'ben', 'cleo', 'dora'];
const conversations = ['one', 'two'];

function createState(): BatchState {
  return createBatchState({ partition: 3, nowMs: 1_000, lastLogSeq: 0 });
}

function command(viewerId: string, body: CommandBody, conversationId = 'one'): ParsedCommand {
  return { commandId: randomUUID(), viewerId, conversationId, issuedAtMs: 0, body };
}

const create = (kind: ConversationKind = ConversationKind.GROUP, ...memberIds: string[]): CommandBody => ({
  $case: 'createConversation',
  value: { kind, memberIds },
});
const send = (clientMessageId: string, text = 'text', more: { replyToId?: string } = {}): CommandBody => ({
  $case: 'sendMessage',
  value: { messageId: `msg-${clientMessageId}`, clientMessageId, text, mentionUserIds: [], ...more },
});
const leave: CommandBody = { $case: 'leaveConversation', value: {} };

/** What came of it in short: kinds of events, or the outcome. */
function handle(state: BatchState, parsed: ParsedCommand): string[] {
  const handling = handleCommand(state, parsed);
  return handling.kind === 'records' ? handling.records.map(nameOf) : ['deadLetter'];
}

function nameOf({ record }: LogRecord): string {
  if (record?.$case === 'event') return record.value.body?.$case ?? '';
  const result = record?.value.result;
  if (result?.$case !== 'rejected') return result?.$case ?? '';
  const { code, field } = result.value;
  const name = Object.entries(RejectionCode).find(([, value]) => value === code)?.[0] ?? '';
  return field === undefined ? name : `${name} ${field}`;
}

test('messages: key, reply, membership, limits', () => {
  const state = createState();
  assert.deepEqual(handle(state, command('ana', send('k0'))), ['NOT_A_MEMBER']);
  handle(state, command('ana', create(ConversationKind.GROUP, 'ben')));
  assert.deepEqual(handle(state, command('ana', send('k1'))), ['messageCreated']);
  assert.deepEqual(handle(state, command('ana', send('k1'))), ['replayed']);
  assert.deepEqual(handle(state, command('ana', send('k1', 'other'))), ['IDEMPOTENCY_CONFLICT']);
  assert.deepEqual(handle(state, command('ben', send('k1', 'other'))), ['messageCreated']);
  assert.deepEqual(handle(state, command('ben', send('k2', 'text', { replyToId: 'msg-k1' }))), [
    'messageCreated',
  ]);
  const stray = send('k3', 'text', { replyToId: 'msg-k9' });
  assert.deepEqual(handle(state, command('ben', stray)), ['VALIDATION_FAILED replyToId']);
  assert.deepEqual(handle(state, command('ben', send('k4', ''))), ['VALIDATION_FAILED text']);
  assert.deepEqual(handle(state, command('ben', send('k5', 'é'.repeat(8193)))), ['VALIDATION_FAILED text']);
  assert.deepEqual(handle(state, command('ben', send('k6', 'é'.repeat(8192)))), ['messageCreated']);
  assert.deepEqual(handle(state, command('cleo', send('k7'))), ['NOT_A_MEMBER']);
});

test('a send that was refused stays refused, and only under its command id', () => {
  const state = createState();
  handle(state, command('ana', create(ConversationKind.GROUP, 'ben')));
  const stranger = command('cleo', send('k1'));
  const stray = command('ana', send('k2', 'text', { replyToId: 'msg-k3' }));
  assert.deepEqual(handle(state, stranger), ['NOT_A_MEMBER']);
  assert.deepEqual(handle(state, stray), ['VALIDATION_FAILED replyToId']);
  const add: CommandBody = { $case: 'addMembers', value: { userIds: ['cleo'], role: MemberRole.MEMBER } };
  handle(state, command('ana', add));
  handle(state, command('ana', send('k3')));
  assert.deepEqual(handle(state, stranger), ['NOT_A_MEMBER']);
  assert.deepEqual(handle(state, stray), ['VALIDATION_FAILED replyToId']);
  assert.deepEqual(handle(state, command('cleo', stranger.body)), ['messageCreated']);
  assert.deepEqual(handle(state, command('ana', stray.body)), ['messageCreated']);
  assert.equal(state.changes.handled.length, 3);
});

test('roles: who may add, remove, rename', () => {
  const state = createState();
  handle(state, command('ana', create(ConversationKind.GROUP, 'ben')));
  const add = (userId: string, role: MemberRole): CommandBody => ({
    $case: 'addMembers',
    value: { userIds: [userId], role },
  });
  const remove = (userId: string): CommandBody => ({ $case: 'removeMember', value: { userId } });
  const rename = (title: string): CommandBody => ({ $case: 'updateConversation', value: { title } });
  assert.deepEqual(handle(state, command('ben', add('cleo', MemberRole.MEMBER))), ['PERMISSION_DENIED']);
  assert.deepEqual(handle(state, command('ben', rename('x'))), ['PERMISSION_DENIED']);
  assert.deepEqual(handle(state, command('ana', add('cleo', MemberRole.ADMIN))), ['memberJoined']);
  assert.deepEqual(handle(state, command('ana', add('cleo', MemberRole.MEMBER))), ['unchanged']);
  assert.deepEqual(handle(state, command('cleo', add('dora', MemberRole.OWNER))), ['PERMISSION_DENIED']);
  assert.deepEqual(handle(state, command('cleo', rename('x'))), ['conversationUpdated']);
  assert.deepEqual(handle(state, command('cleo', rename('x'))), ['unchanged']);
  assert.deepEqual(handle(state, command('cleo', rename('x'.repeat(101)))), ['VALIDATION_FAILED title']);
  assert.deepEqual(handle(state, command('cleo', remove('ana'))), ['PERMISSION_DENIED']);
  assert.deepEqual(handle(state, command('cleo', remove('ben'))), ['memberLeft']);
  assert.deepEqual(handle(state, command('cleo', remove('ben'))), ['unchanged']);
  assert.deepEqual(handle(state, command('ben', rename('y'))), ['NOT_A_MEMBER']);
});

test('leaving: the oldest member follows the last owner, nobody leaves a direct conversation', () => {
  const state = createState();
  handle(state, command('ana', create(ConversationKind.CHANNEL, 'ben', 'cleo')));
  assert.deepEqual(handle(state, command('ana', leave)), ['memberLeft', 'memberJoined']);
  assert.equal(state.conversations.get('one')?.members.get('ben')?.role, MemberRole.OWNER);
  assert.deepEqual(handle(state, command('cleo', leave)), ['memberLeft']);
  assert.deepEqual(handle(state, command('ben', leave)), ['memberLeft']);
  assert.deepEqual(handle(state, command('ana', leave)), ['NOT_A_MEMBER']);
  handle(state, command('ana', create(ConversationKind.DIRECT, 'ben'), 'two'));
  assert.equal(state.conversations.get('two')?.members.get('ana')?.role, MemberRole.MEMBER);
  assert.deepEqual(handle(state, command('ana', leave, 'two')), ['PERMISSION_DENIED']);
});

test('a command of another partition is a dead letter, creating again is not', () => {
  const state = createState();
  handle(state, command('ana', create()));
  const elsewhere = { ...state, partition: 4 };
  assert.deepEqual(handle(elsewhere, command('ana', send('k1'))), ['deadLetter']);
  assert.deepEqual(handle(elsewhere, command('ana', create())), ['unchanged']);
});

const person = fc.constantFrom(...people);
const anyBody: fc.Arbitrary<CommandBody> = fc.oneof(
  fc
    .record({ kind: fc.constantFrom(...Object.values(ConversationKind)), members: fc.subarray(people) })
    .map(({ kind, members }) => create(kind, ...members)),
  fc
    .record({ key: fc.constantFrom('a', 'b', 'c', 'd'), text: fc.constantFrom('x', 'y', '') })
    .map(({ key, text }) => send(key, text)),
  fc
    .record({ userIds: fc.subarray(people), role: fc.constantFrom(...Object.values(MemberRole)) })
    .map((value): CommandBody => ({ $case: 'addMembers', value })),
  person.map((userId): CommandBody => ({ $case: 'removeMember', value: { userId } })),
  fc.constant(leave),
  fc.integer({ min: -2, max: 12 }).map((upToSeq): CommandBody => ({ $case: 'markRead', value: { upToSeq } })),
  fc
    .constantFrom('', 'name')
    .map((title): CommandBody => ({ $case: 'updateConversation', value: { title } })),
);
const anyCommands = fc.array(
  fc.record({ viewerId: person, body: anyBody, conversationId: fc.constantFrom(...conversations) }),
  { maxLength: 60 },
);

function assertDense(numbers: readonly number[]): void {
  assert.deepEqual(
    numbers,
    numbers.map((_number, index) => index + 1),
  );
}

test('after any commands: numbers are dense, answers complete, owners where there are members', () => {
  fc.assert(
    fc.property(anyCommands, (sequence) => {
      const state = createState();
      const events: ChatEvent[] = [];
      for (const { viewerId, body, conversationId } of sequence) {
        const parsed = command(viewerId, body, conversationId);
        const handling = handleCommand(state, parsed);
        assert.equal(handling.kind, 'records');
        if (handling.kind !== 'records') continue;
        const own = handling.records.flatMap(({ record }) =>
          record?.$case === 'event' ? [record.value] : [],
        );
        assert.ok(own.length === handling.records.length || handling.records.length === 1);
        assert.deepEqual(
          own.map(({ completesCommand }) => completesCommand),
          own.map((_event, index) => index === own.length - 1),
        );
        events.push(...own);
      }
      assertDense(events.map(({ logSeq }) => logSeq));
      for (const conversation of state.conversations.values()) {
        const own = events.filter(({ conversationId }) => conversationId === conversation.id);
        assertDense(own.map(({ eventSeq }) => eventSeq));
        assertDense(
          own.flatMap(({ body }) => (body?.$case === 'messageCreated' ? [body.value.message?.seq ?? 0] : [])),
        );
        const roles = [...conversation.members.values()].map(({ role }) => role);
        const isLed = roles.length === 0 || roles.includes(MemberRole.OWNER);
        assert.equal(isLed, conversation.kind !== ConversationKind.DIRECT || roles.length === 0);
        for (const { readSeq } of conversation.members.values()) assert.ok(readSeq <= conversation.lastSeq);
      }
      const keys = state.changes.messages.map(
        ({ message }) => `${message.conversationId} ${message.senderId} ${message.clientMessageId}`,
      );
      assert.equal(new Set(keys).size, keys.length);
    }),
    { numRuns: 300 },
  );
});

test('every repeated command leaves the state as it is', () => {
  fc.assert(
    fc.property(anyCommands, (sequence) => {
      const state = createState();
      const commands = sequence.map(({ viewerId, body, conversationId }) =>
        command(viewerId, body, conversationId),
      );
      for (const parsed of commands) {
        handleCommand(state, parsed);
        const before = state.lastLogSeq;
        handleCommand(state, parsed);
        assert.equal(state.lastLogSeq, before);
      }
    }),
    { numRuns: 200 },
  );
});
