/** What the gateway answers by itself is not planned. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getOperationAST, parse, print } from 'graphql';
import { readFragments } from '../execution/pass-through.ts';
import { toPlannedText } from './planned-text.ts';

test('planned', () => {
  for (const [text, planned] of [
    ['{ a }', '{ a }'],
    ['{ a { __typename } }', '{ a { __typename } }'],
    ['{ __typename a }', '{ a }'],
    ['{ a s: __schema { types { name } } __type(name: "A") { name } }', '{ a }'],
    ['{ __typename }', null],
    ['{ ... { t: __typename } }', null],
    ['{ ...F } fragment F on Query { __typename }', null],
    ['{ a ... on Query @skip(if: true) { __typename b } }', '{ a ... on Query @skip(if: true) { b } }'],
  ] as const) {
    const document = parse(text);
    const operation = getOperationAST(document);
    if (!operation) throw new Error('no operation');
    const fragments = readFragments(document.definitions);
    const made = toPlannedText(document, { operation, fragments, text });
    assert.equal(made && print(parse(made)), planned && print(parse(planned)), text);
  }
});
