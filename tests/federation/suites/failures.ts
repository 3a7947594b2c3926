/** Suites of the federation audit: parts that fail, and how far their failure goes. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find } from '../suite.ts';

const fail = (what: string) => () => {
  throw new Error(what);
};
const rows: readonly Row[] = [
  { id: 'a', name: 'A', score: 1 },
  { id: 'b', name: 'B', score: 2 },
];

export const partialFailures: Suite = {
  name: 'partial-failures',
  about:
    'An error in one subgraph takes away no more than what is not nullable, and everything else is answered.',
  subgraphs: {
    base: {
      sdl: `type Query { rows: [Row]! strict: [Row!] one: Row broken: Row lone: Int }
        type Row @key(fields: "id") { id: ID! name: String! }`,
      root: { rows, strict: rows, one: rows[0], broken: fail('no root'), lone: 1 },
      entities: { Row: byKey(rows, 'id', 'name') },
    },
    scores: {
      sdl: `type Row @key(fields: "id") { id: ID! score: Int! maybe: Int half: Half mixed: [Half] }
        type Half { ok: Int! bad: Int! }
        type Query { fine: Int! }`,
      root: { fine: 2 },
      entities: {
        Row: ({ id }) => {
          if (id === 'b') throw new Error('b is broken');
          const half = { ok: 1, bad: fail('bad half') };
          return { id, score: 1, maybe: fail('maybe not'), half, mixed: [half, null] };
        },
      },
    },
  },
  monolith: (() => {
    const half = { ok: 1, bad: fail('bad half') };
    const good = { ...rows[0], maybe: fail('maybe not'), half, mixed: [half, null] };
    const gone = fail('b is broken');
    const bad = { ...rows[1], score: gone, maybe: gone, half: gone, mixed: gone };
    return { rows: [good, bad], strict: [good, bad], one: good, broken: fail('no root'), lone: 1, fine: 2 };
  })(),
  cases: [
    {
      name: 'nullable-field',
      query: '{ one { id maybe name } }',
      expected: { data: { one: { id: 'a', maybe: null, name: 'A' } }, errors: true },
    },
    {
      name: 'field-of-a-nullable-object',
      query: '{ one { half { ok } h: half { bad } } }',
      expected: { data: { one: { half: { ok: 1 }, h: null } }, errors: true },
    },
    {
      name: 'non-null-field-in-a-nullable-object',
      query: '{ one { half { ok bad } name } }',
      expected: { data: { one: { half: null, name: 'A' } }, errors: true },
    },
    {
      name: 'one-of-two-entities',
      query: '{ rows { id name score } }',
      expected: { data: { rows: [{ id: 'a', name: 'A', score: 1 }, null] }, errors: true },
    },
    {
      name: 'up-to-the-list',
      query: '{ strict { id score } lone }',
      expected: { data: { strict: null, lone: 1 }, errors: true },
    },
    {
      name: 'root-field-next-to-others',
      query: '{ broken { id } lone fine }',
      expected: { data: { broken: null, lone: 1, fine: 2 }, errors: true },
    },
    {
      name: 'item-of-a-list',
      query: '{ one { mixed { ok bad } } fine }',
      expected: { data: { one: { mixed: [null, null] }, fine: 2 }, errors: true },
    },
    {
      name: 'two-failures',
      query: '{ broken { name } one { maybe id } }',
      expected: { data: { broken: null, one: { maybe: null, id: 'a' } }, errors: true },
    },
  ],
};

export const failuresOnTheWay: Suite = {
  name: 'failures-on-the-way',
  about:
    'What a third request needs was not given by the second: the third is not sent, and its fields are null.',
  subgraphs: {
    start: {
      sdl: `type Query { docs: [Doc!]! } type Doc @key(fields: "id") { id: ID! }`,
      root: { docs: [{ id: 'a' }, { id: 'b' }] },
      entities: { Doc: ({ id }) => ({ id }) },
    },
    middle: {
      sdl: `type Doc @key(fields: "id") @key(fields: "slug") { id: ID! slug: ID base: Int }`,
      entities: {
        Doc: ({ id }) =>
          id === 'a' ? { id, slug: 'sa', base: 5 } : { id, slug: fail('no slug'), base: fail('no base') },
      },
    },
    end: {
      sdl: `type Doc @key(fields: "slug") { slug: ID base: Int @external pages: Int double: Int @requires(fields: "base") }`,
      entities: {
        Doc: ({ slug, base }) =>
          slug === 'sa' ? { slug, pages: 9, ...(base === undefined ? {} : { base }) } : null,
      },
      fields: {
        Doc: {
          double: ({ base }) => (base === undefined ? undefined : base === null ? null : Number(base) * 2),
        },
      },
    },
  },
  monolith: {
    docs: [
      { id: 'a', slug: 'sa', base: 5, pages: 9, double: 10 },
      {
        id: 'b',
        slug: fail('no slug'),
        base: fail('no base'),
        pages: fail('no slug'),
        double: fail('no slug'),
      },
    ],
  },
  cases: [
    {
      name: 'key-failed',
      query: '{ docs { id pages } }',
      expected: {
        data: {
          docs: [
            { id: 'a', pages: 9 },
            { id: 'b', pages: null },
          ],
        },
        errors: true,
      },
    },
    {
      name: 'key-failed-and-shown',
      query: '{ docs { id slug pages } }',
      expected: {
        data: {
          docs: [
            { id: 'a', slug: 'sa', pages: 9 },
            { id: 'b', slug: null, pages: null },
          ],
        },
        errors: true,
      },
    },
    {
      name: 'required-failed',
      query: '{ docs { double } }',
      expected: { data: { docs: [{ double: 10 }, { double: null }] }, errors: true },
    },
  ],
};

export const refusedOperations: Suite = {
  name: 'refused-operations',
  about: 'What does not fit the schema is refused as a whole before anything is asked.',
  subgraphs: {
    one: {
      sdl: `type Query { row(id: ID!): Row } type Row @key(fields: "id") { id: ID! name: String! }`,
      root: { row: ({ id }: Row) => find(rows, 'id', id) },
      entities: { Row: byKey(rows, 'id', 'name') },
    },
    two: {
      sdl: `type Row @key(fields: "id") { id: ID! score: Int! } type Query { _two: Int }`,
      entities: { Row: byKey(rows, 'id', 'score') },
    },
  },
  monolith: { row: ({ id }: Row) => find(rows, 'id', id) },
  cases: [
    {
      name: 'unknown-field',
      query: '{ row(id: "a") { id nothing } }',
      expected: { data: null, errors: true },
    },
    { name: 'missing-argument', query: '{ row { id } }', expected: { data: null, errors: true } },
    {
      name: 'missing-variable',
      query: 'query ($id: ID!) { row(id: $id) { score } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'variable-of-another-type',
      query: 'query ($id: ID!) { row(id: $id) { score } }',
      variables: { id: { no: 1 } },
      expected: { data: null, errors: true },
    },
    {
      name: 'conflicting-fields',
      query: '{ row(id: "a") { x: score x: name } }',
      expected: { data: null, errors: true },
    },
    {
      name: 'fine',
      query: 'query ($id: ID!) { row(id: $id) { score name } }',
      variables: { id: 'b' },
      expected: { data: { row: { score: 2, name: 'B' } } },
    },
  ],
};
