/** By what clients are counted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toIpPrefix } from './ip-prefix.ts';

test('IPv4 counts by address, also when it is written as IPv6', () => {
  assert.equal(toIpPrefix('192.0.2.7'), '192.0.2.7');
  assert.equal(toIpPrefix('::ffff:192.0.2.7'), '192.0.2.7');
});

test('IPv6 counts by /64, however it is written', () => {
  const spellings = [
    '2001:db8:1:2::9',
    '2001:DB8:1:2:0:0:0:5',
    '2001:0db8:0001:0002:ffff::',
    '2001:db8:1:2:a:b:c:d%eth0',
  ];
  assert.deepEqual([...new Set(spellings.map(toIpPrefix))], ['2001:db8:1:2::/64']);
  assert.equal(toIpPrefix('::1'), '0:0:0:0::/64');
});

test('what is no address counts as one unknown client', () => {
  for (const text of [null, '', 'localhost', '1.2.3', '192.0.2.7, 10.0.0.1'])
    assert.equal(toIpPrefix(text), 'unknown');
});
