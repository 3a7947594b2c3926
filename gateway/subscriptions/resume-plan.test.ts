/** The operation that the gateway can go on with, whatever the client has written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema } from '@apollo/federation-internals';
import { planResume } from './resume-plan.ts';

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Subscription { events(room: ID!, after: String): Item!, plain(after: String): Plain, ticks: Int! }
  union Item = Posted | CaughtUp | Resync
  type Posted { cursor: String!, text: String }
  type CaughtUp { cursor: String! }
  type Resync { reason: String }
  type Plain { text: String }
`);
const convention = { argument: 'after', cursorField: 'cursor' };

function plan(operation: string) {
  const resume = planResume(operation, schema, convention);
  assert.ok(resume);
  return resume;
}

test('the cursor is selected of every type that has one, and the argument becomes a variable', () => {
  const { operation } = plan('subscription { items: events(room: "r") { ... on Posted { text } } }');
  assert.equal(
    operation.replace(/\s+/g, ' '),
    'subscription ($_resumeAfter: String) { items: events(room: "r", after: $_resumeAfter) { ... on Posted { text } ' +
      '... on Posted { _resumeCursor: cursor } ... on CaughtUp { _resumeCursor: cursor } } }',
  );
});

test('it begins where the client wants, then after the last event', () => {
  const variable = plan(
    'subscription ($room: ID!, $from: String) { events(room: $room, after: $from) { __typename } }',
  );
  assert.deepEqual(variable.variables({ room: 'r', from: '7' }, null), { room: 'r', _resumeAfter: '7' });
  assert.deepEqual(variable.variables({ room: 'r', from: '7' }, '9'), { room: 'r', _resumeAfter: '9' });
  assert.deepEqual(variable.variables({ room: 'r' }, null), { room: 'r' });
  assert.ok(!variable.operation.includes('$from'));
  const literal = plan('subscription { events(room: "r", after: "7") { __typename } }');
  assert.deepEqual(literal.variables({}, null), { _resumeAfter: '7' });
  const none = plan('subscription { events(room: "r") { __typename } }');
  assert.deepEqual(none.variables({}, null), {});
  assert.deepEqual(none.variables({}, '9'), { _resumeAfter: '9' });
});

test('an event is read by the alias of its field', () => {
  const { readCursor } = plan('subscription { items: events(room: "r") { __typename } }');
  assert.equal(readCursor({ items: { __typename: 'Posted', _resumeCursor: '3' } }), '3');
  assert.equal(readCursor({ items: { __typename: 'Resync' } }), null);
  assert.equal(readCursor({ items: null }), null);
  assert.equal(readCursor(null), null);
});

test('without an argument or a cursor there is nothing to go on with', () => {
  assert.equal(planResume('subscription { ticks }', schema, convention), null);
  assert.equal(planResume('subscription { plain { text } }', schema, convention), null);
  assert.equal(planResume('subscription { unknown }', schema, convention), null);
});
