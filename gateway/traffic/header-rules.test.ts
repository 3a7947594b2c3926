/** Rules by which headers of clients reach subgraphs: what is passed on, what never is, and what is refused at start. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHeaderRules } from './header-rule-format.ts';
import { HeaderRules } from './header-rules.ts';

function read(rules: unknown): HeaderRules {
  const parsed = parseHeaderRules(JSON.stringify(rules));
  if ('problems' in parsed) assert.fail(parsed.problems.join());
  return new HeaderRules(parsed);
}

/** What a subgraph gets of a client's headers. */
function pass(rules: unknown, headers: Record<string, string>, subgraph = 'chat'): object {
  const all = read(rules);
  return all.forSubgraph(subgraph)?.(all.pick(headers, 1_000)) ?? {};
}

function problemsOf(rules: unknown): readonly string[] {
  const text = typeof rules === 'string' ? rules : JSON.stringify(rules);
  const parsed = parseHeaderRules(text);
  return 'problems' in parsed ? parsed.problems : [];
}

test('a named header is passed on, under another name if it has one, or its default', () => {
  const rules = [
    { propagate: 'X-Request-Id' },
    { propagate: 'x-tenant', rename: 'x-org', default: 'none' },
    { propagate: 'x-absent' },
  ];
  const headers = { 'x-request-id': '7', 'x-tenant': 'acme', 'x-other': '1' };
  assert.deepEqual(pass(rules, headers), { 'x-request-id': '7', 'x-org': 'acme' });
  assert.deepEqual(pass(rules, {}), { 'x-org': 'none' });
});

test('rules are applied in order, and those of a subgraph to it alone', () => {
  const rules = [
    { propagate: { matching: '^x-b3-' }, subgraph: 'chat' },
    { insert: { name: 'x-env', value: 'prod' } },
    { remove: 'x-b3-flags' },
    { remove: { matching: '-secret$' } },
    { insert: { name: 'x-late-secret', value: '1' } },
  ];
  const headers = { 'x-b3-traceid': 't', 'x-b3-flags': 'f', 'x-b3-secret': 's' };
  assert.deepEqual(pass(rules, headers), { 'x-b3-traceid': 't', 'x-env': 'prod', 'x-late-secret': '1' });
  assert.deepEqual(pass(rules, headers, 'auth'), { 'x-env': 'prod', 'x-late-secret': '1' });
  assert.equal(read([{ remove: 'x-a', subgraph: 'chat' }]).forSubgraph('auth'), null);
});

test("what is the gateway's own is passed on by no pattern", () => {
  const headers = {
    authorization: 'Bearer forged',
    'x-internal-key': 'k',
    'x-client-ip': '1.2.3.4',
    'content-length': '7',
    connection: 'x-tenant',
    'proxy-authorization': 'p',
    'sec-websocket-key': 'w',
    'accept-encoding': 'br',
    'x-tenant': 'acme',
  };
  assert.deepEqual(pass([{ propagate: { matching: '.' } }], headers), { 'x-tenant': 'acme' });
});

test('of a request only what a rule names is kept, and no more than fits', () => {
  const rules = read([{ propagate: 'x-a' }, { propagate: 'x-b' }, { propagate: { matching: '^y-' } }]);
  const headers = { 'y-1': '1', 'x-b': 'b'.repeat(50), 'x-a': 'a', 'z-1': '1' };
  assert.deepEqual(rules.pick(headers, 60), { 'x-a': 'a', 'x-b': 'b'.repeat(50) });
  assert.deepEqual(rules.pick(headers, 20), { 'x-a': 'a', 'y-1': '1' });
  const withoutPropagation = read([{ insert: { name: 'x-env', value: 'prod' } }]);
  assert.equal(withoutPropagation.pick(headers, 60), new HeaderRules([]).pick({}, 60));
});

test('what can not be used is refused with the number of the rule', () => {
  for (const [rules, problem] of [
    ['[', /^is not JSON/],
    [{}, /^must be a list/],
    [[{ propagate: 'x-a' }, {}], /^rule 2: must have one of propagate, insert and remove/],
    [[{ propagate: 'x-a', remove: 'x-a' }], /^rule 1: must have one of/],
    [[{ propagate: 'Authorization' }], /^rule 1: propagate: "authorization" is the gateway's own/],
    [[{ propagate: 'x-a', rename: 'X-Internal-Key' }], /^rule 1: rename: "x-internal-key" is the gateway/],
    [[{ insert: { name: 'x-client-ip', value: '::1' } }], /^rule 1: insert.name: "x-client-ip" is the/],
    [[{ insert: { name: 'x a', value: '' } }], /^rule 1: insert.name: "x a" is no name of a header/],
    [
      [{ insert: { name: 'x-a', value: 'a\r\nb: c' } }],
      /^rule 1: insert.value: the value of a header must be/,
    ],
    [[{ propagate: { matching: '(' } }], /^rule 1: propagate.matching: Invalid regular expression/],
    [[{ propagate: 'x-a', subgraphs: ['chat'] }], /^rule 1: Unrecognized key: "subgraphs"/],
    [Array.from({ length: 101 }, () => ({ remove: 'x-a' })), /^has more than 100 rules/],
  ] as const) {
    assert.match(problemsOf(rules).join('\n'), problem);
  }
});
