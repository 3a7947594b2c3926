/** Configuration: every problem is named once, secrets can come from files, names follow the fields. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  ConfigError,
  fields,
  kafkaFields,
  readConfig,
  serviceFields,
  toEnvironmentName,
  tokenFields,
} from './config.ts';

const key = 'k'.repeat(32);

test('a field is read from the variable of its name', () => {
  assert.equal(toEnvironmentName('accessTokenTtlMs'), 'ACCESS_TOKEN_TTL_MS');
  const config = readConfig({ port: fields.port(4000), debug: fields.flag(false) }, () => [], {
    DEBUG: 'true',
  });
  assert.deepEqual(config, { port: 4000, debug: true });
});

test('all problems are reported at once, each with its variable', () => {
  const read = () =>
    readConfig({ ...serviceFields, ...kafkaFields, port: fields.port(1) }, () => [], { PORT: 'many' });
  assert.throws(read, (error) => {
    assert.ok(error instanceof ConfigError);
    for (const name of ['PORT', 'INTERNAL_KEY', 'KAFKA_BROKERS'])
      assert.match(error.message, new RegExp(`- ${name}: `));
    return true;
  });
});

test('a broker is a host and a port', () => {
  const read = (kafkaBrokers: string) =>
    readConfig(kafkaFields, () => [], { KAFKA_BROKERS: kafkaBrokers }).kafkaBrokers;
  assert.deepEqual(read('a:9092, [::1]:9093'), ['a:9092', '[::1]:9093']);
  for (const wrong of ['a', 'a:', ':1', 'a:9092,b', 'a:port', ','])
    assert.throws(() => read(wrong), /KAFKA_BROKERS: must be a comma list of host:port/);
});

test('a secret is read from the file that NAME_FILE points to, and a missing file is a problem', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    const path = join(folder, 'key');
    writeFileSync(path, `${key}\n`);
    assert.equal(readConfig(serviceFields, () => [], { INTERNAL_KEY_FILE: path }).internalKey, key);
    assert.throws(
      () => readConfig(serviceFields, () => [], { INTERNAL_KEY_FILE: join(folder, 'none') }),
      /INTERNAL_KEY_FILE: /,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('production starts with no secret that everybody knows, and development does', () => {
  const shape = { ...serviceFields, jwtSecret: tokenFields.jwtSecret };
  for (const secret of ['change-me-change-me-change-me-change-me', 'a'.repeat(40), 'example'.repeat(6)]) {
    for (const name of ['INTERNAL_KEY', 'JWT_SECRET']) {
      const environment = { INTERNAL_KEY: 'q8Zk2vN5xW1rT7yB4mC9sD6fG3hJ0pLw', [name]: secret };
      const read = (nodeEnv: string) => readConfig(shape, () => [], { ...environment, NODE_ENV: nodeEnv });
      assert.throws(() => read('production'), new RegExp(`${name}: looks like a placeholder`));
      assert.equal(read('development').nodeEnv, 'development');
    }
  }
});

test('a fail point can be armed by its name, but not in production', () => {
  const read = (faultAt: string, nodeEnv: string) =>
    readConfig(serviceFields, () => [], {
      INTERNAL_KEY: 'x9'.repeat(20),
      NODE_ENV: nodeEnv,
      FAULT_AT: faultAt,
    });
  assert.equal(read('append.committed:stop@3', 'test').faultAt, 'append.committed:stop@3');
  assert.throws(() => read('append.committed', 'production'), /FAULT_AT: is for fault tests/);
  for (const text of ['append', 'append.committed@0', 'append.committed:crash', ''.padEnd(3, 'x')])
    assert.throws(() => read(text, 'test'), /FAULT_AT: must be/);
});
