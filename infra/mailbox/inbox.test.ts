/** Unit tests of the bounded inbox. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInbox } from './inbox.ts';

const sms = (text: string) => ({ channel: 'SMS' as const, to: '+49301234567', subject: null, text });

test('keeps the newest messages, newest last', () => {
  const inbox = createInbox(2);
  for (const text of ['one', 'two', 'three']) inbox.add(sms(text));
  assert.deepEqual(
    inbox.messages.map((message) => message.text),
    ['two', 'three'],
  );
});

test('gives every message an id and a time', () => {
  const inbox = createInbox(2);
  const first = inbox.add(sms('one'));
  const second = inbox.add(sms('one'));
  assert.notEqual(first.id, second.id);
  assert.equal(new Date(first.sentAt).toISOString(), first.sentAt);
});

test('can be emptied', () => {
  const inbox = createInbox(2);
  inbox.add(sms('one'));
  inbox.clear();
  assert.deepEqual(inbox.messages, []);
});
