/**
 * The audit of query federation: what it expects is what one server would answer, and our gateway gives it. Apollo's, which stands for its planner, fails exactly where it
 * says here. `npm run audit:federation` shows what was seen.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditedGateway } from './audit.ts';
import { auditExpectations, auditGateway } from './audit.ts';
import { createCompiledGateway } from './compiled-gateway.ts';
import { createStockGateway } from './stock-gateway.ts';
import { suites } from './suites.ts';

type FailingByReason = Readonly<Record<string, readonly string[]>>;

const apolloFailing: FailingByReason = {
  'sends a key that is declared as not resolvable': [
    'keys-not-resolvable/there-and-back',
    'keys-not-resolvable/back-without-its-key-asked',
  ],
  'asks a subgraph for a field that is external there, when required fields require each other': [
    'requires-in-chain/three',
    'requires-in-chain/four',
    'requires-in-chain/all-with-their-inputs',
    'requires-in-chain/ends-and-middle',
  ],
  'takes a required field with one argument for the same field with another': [
    'requires-one-argument/next-to-another-argument',
    'requires-one-argument/next-to-the-default',
    'requires-one-argument/next-to-a-variable',
    'requires-two-arguments/both',
    'requires-two-arguments/both-below-an-object',
    'requires-two-arguments/all',
    'requires-two-arguments/all-next-to-a-fifth',
    'requires-argument-of-list/next-to-a-shorter-list',
    'requires-argument-of-list/next-to-a-longer-list',
    'requires-argument-of-list/next-to-a-variable',
    'requires-argument-of-list/next-to-a-variable-twice',
  ],
  'takes what the client has under the name of a key or of a required field for that field': [
    'requires-under-aliases/another-under-the-required-name',
    'requires-under-aliases/another-under-the-name-of-the-key',
    'requires-under-aliases/another-below-an-object',
    'requires-under-aliases/object-under-another-name',
    'requires-under-aliases/names-swapped',
  ],
  'does not know of shares of an override': ['override-by-share/of-all', 'override-by-share/each'],
  'sends a reference without its key for a type that was not asked about': [
    'interface-object-requires/in-fragments',
  ],
  'is silent about a field that nobody can resolve': [
    'interface-object-unresolvable/added-field-without-types',
  ],
  'leaves out the type where a subgraph has a narrower one, and then drops the fragment': [
    'type-of-field-differs/field-of-the-narrow',
  ],
  'waits for what is required by a field that a literal leaves out': ['skip-and-include/literals'],
};

test('the suites and the cases of a suite have names of their own', () => {
  const names = suites.flatMap(({ name, cases }) => cases.map((one) => `${name}/${one.name}`));
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(suites.map(({ name }) => name)).size, suites.length);
});

test('one server that knows everything gives the answers that are expected', async () => {
  assert.deepEqual(await auditExpectations(suites), []);
});

test('our gateway is right', () => requireFailing(createCompiledGateway(), {}));

test('Apollo Gateway is right but where its planner is wrong', () =>
  requireFailing(createStockGateway(), apolloFailing));

async function requireFailing(audited: AuditedGateway, expected: FailingByReason): Promise<void> {
  await using gateway = audited;
  const rows = await auditGateway(gateway, suites);
  const wrong = rows.filter((row) => row.wrong !== null);
  assert.deepEqual(
    wrong.map(({ name }) => name).sort(),
    Object.values(expected).flat().sort(),
    wrong.map((row) => `${row.name}: ${row.wrong}`).join('\n'),
  );
}
