/** The log shows what went wrong and no secret; as written by a process of its own, for pino writes past what a test could replace. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const script = `
import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)};
const error = Object.assign(new Error('nobody listens'), { code: 'ECONNREFUSED' });
const secrets = { code: '123456', password: 'hunter2' };
const logger = createLogger('test', 'info');
logger.warn({ err: error, ...secrets, input: secrets }, 'failed');
logger.flush();
`;

test('codes that were sent to somebody are not written, those of errors are', () => {
  const line = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.equal(JSON.parse(line).err.errorCode, 'ECONNREFUSED');
  assert.doesNotMatch(line, /123456|hunter2/);
});
