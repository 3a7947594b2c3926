/** Results in the form of Apollo Server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import { notPublic } from '../cache-policy.ts';
import { toQueryAnswer } from './query-answer.ts';

const options = { formatError: <Formatted>(formatted: Formatted) => formatted, refusedStatus: 400 };
const isPublic = { isPublic: true, maxAgeSeconds: 7 };

test('bodies, statuses and how long they may be kept', () => {
  const body = Buffer.from('{"data":{"a":1}}');
  const plain = new GraphQLError('no', { path: ['a', 0] });
  const withStatus = new GraphQLError('busy', { extensions: { code: 'OVERLOADED', http: { status: 503 } } });
  const told = '{"message":"no","path":["a",0],"extensions":{"code":"INTERNAL_SERVER_ERROR"}}';
  for (const [result, status, cacheControl, text] of [
    [
      { kind: 'body', body, made: 'passed through', cachePolicy: isPublic },
      200,
      'max-age=7, public',
      String(body),
    ],
    [
      { kind: 'data', data: '{"a":1}', errors: [], cachePolicy: notPublic },
      200,
      'no-store',
      '{"data":{"a":1}}',
    ],
    [
      { kind: 'data', data: 'null', errors: [plain], cachePolicy: notPublic },
      ...[200, 'no-store', `{"errors":[${told}],"data":null}`],
    ],
    [{ kind: 'refused', errors: [plain] }, 400, 'no-store', `{"errors":[${told}]}`],
    [
      { kind: 'refused', errors: [withStatus] },
      ...[503, 'no-store', '{"errors":[{"message":"busy","extensions":{"code":"OVERLOADED"}}]}'],
    ],
  ] as const) {
    const answer = toQueryAnswer(result, options);
    assert.deepEqual([answer.status, answer.cacheControl, String(answer.body)], [status, cacheControl, text]);
  }
});
