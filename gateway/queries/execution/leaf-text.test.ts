/** Leaves are written if they are of their type. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphQLLeafType } from 'graphql';
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import { createLeafText } from './leaf-text.ts';

const color = new GraphQLEnumType({ name: 'Color', values: { RED: {}, constructor: {} } });
const json = new GraphQLScalarType({ name: 'Json' });

test('JSON text -> JSON text, or null for what is no such value', () => {
  const cases: [GraphQLLeafType, string, string | null][] = [
    [GraphQLString, '"a\\"\\u0000☃"', '"a\\"\\u0000☃"'],
    [GraphQLString, '1', null],
    [GraphQLInt, '0', '0'],
    [GraphQLInt, '-2147483648', '-2147483648'],
    [GraphQLInt, '2147483648', null],
    [GraphQLInt, '1.5', null],
    [GraphQLInt, '1e300', null],
    [GraphQLInt, '"1"', null],
    [GraphQLFloat, '1e21', '1e+21'],
    [GraphQLFloat, '1e999', null],
    [GraphQLFloat, 'true', null],
    [GraphQLID, '"x"', '"x"'],
    [GraphQLID, '9007199254740991', '9007199254740991'],
    [GraphQLID, '1e30', null],
    [GraphQLID, '1.5', null],
    [GraphQLBoolean, 'false', 'false'],
    [GraphQLBoolean, '0', null],
    [color, '"RED"', '"RED"'],
    [color, '"constructor"', '"constructor"'],
    [color, '"toString"', null],
    [color, '["RED"]', null],
    [json, '{"__proto__":[1,"errors"]}', '{"__proto__":[1,"errors"]}'],
  ];
  for (const [type, value, text] of cases)
    assert.equal(createLeafText(type)(JSON.parse(value)), text, `${type} ${value}`);
});
