/** The scanner takes what JSON.parse takes, and never more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonScanner } from './json-scanner.ts';

function takes(text: string | Buffer): boolean {
  const scanner = new JsonScanner(Buffer.from(text));
  return scanner.takeValue() && scanner.isAtEnd;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Exponents and long numbers are left to others. */
const values = fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }).filter((value) => {
  return !/[0-9]e|[0-9.]{16}/i.test(JSON.stringify(value));
});

test('what JSON.stringify writes is taken whole', () => {
  fc.assert(
    fc.property(values, (value) => takes(JSON.stringify(value))),
    { numRuns: 500 },
  );
});

test('what is not JSON is not taken', () => {
  const changes = fc.record({
    at: fc.nat(200),
    text: fc.constantFrom('', '"', '\\', '{', ']', ',', '-', '0', '\n', '\u0001'),
  });
  const property = fc.property(values, changes, (value, { at, text }) => {
    const whole = JSON.stringify(value);
    const broken = whole.slice(0, at % whole.length) + text + whole.slice((at % whole.length) + 1);
    return !takes(broken) || isJson(broken);
  });
  fc.assert(property, { numRuns: 5_000 });
  for (const text of [
    '',
    ' 1',
    '01',
    '-',
    '1.',
    '.5',
    '"\\x"',
    '"\\u12g4"',
    '"\t"',
    '{"a":1,}',
    '{a:1}',
    '[1,]',
    '[',
    '"',
    'nul',
    "''",
  ])
    assert.equal(takes(text), false, text);
});

test('numbers that are written in more than one way are left to others', () => {
  for (const text of ['1e3', '1E3', '12345678901234567890', '0.12345678901234567'])
    assert.equal(takes(text), false);
  for (const text of ['0', '-0', '-12', '1.5', '123456789012345']) assert.equal(takes(text), true);
});

test('an Int has 32 bits', () => {
  for (const [text, isInt] of [
    ['2147483647', true],
    ['-2147483647', true],
    ['2147483648', false],
    ['99999999999', false],
    ['1.5', false],
    ['00', false],
    ['"1"', false],
  ] as const) {
    const scanner = new JsonScanner(Buffer.from(text));
    assert.equal(scanner.takeInt() && scanner.isAtEnd, isInt, text);
  }
});

test('what is too deep is left to others', () => {
  const nest = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  assert.equal(takes(nest(64)), true);
  assert.equal(takes(nest(100_000)), false);
});
