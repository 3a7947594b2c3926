/** What the verdicts over HTTP stand on: streams are read right, also in pieces. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEventStream } from './event-stream.ts';
import { parseMultipart, readBoundary } from './multipart.ts';

test('events of a stream: comments, several data lines, any line end, the last one only when it is whole', () => {
  const text = ': hi\n\nevent: next\ndata: {"a":\ndata:1}\n\r\nevent:complete\r\n\r\nevent: next\ndata: half';
  assert.deepEqual(parseEventStream(text), [
    { event: 'next', data: '{"a":\n1}' },
    { event: 'complete', data: '' },
  ]);
});

test('parts of a multipart body, as they come and at the end', () => {
  const part = (body: string) => `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n${body}`;
  const open = parseMultipart(`${part('{}')}${part('{"payload":null}')}${part('{"half":')}`, 'graphql');
  assert.deepEqual(open, {
    parts: ['{}', '{"payload":null}'],
    types: ['application/json', 'application/json'],
    isClosed: false,
  });
  const closed = parseMultipart(`--graphql\r\n\r\n{}\r\n--graphql--\r\n`, 'graphql');
  assert.deepEqual(closed, { parts: ['{}'], types: [''], isClosed: true });
});

test('the boundary, with and without quotes, wherever it stands', () => {
  for (const type of [
    'multipart/mixed; boundary=x',
    'multipart/mixed;boundary="x";subscriptionSpec=1.0',
    'multipart/mixed; subscriptionSpec=1.0; boundary=x',
  ])
    assert.equal(readBoundary(type), 'x');
  assert.equal(readBoundary('application/json'), null);
});
