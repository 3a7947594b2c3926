/** Suites of the federation audit: required fields that are other entities, in circles and in lists. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pickEach } from '../suite.ts';

const articles: readonly Row[] = [
  { id: 'x1', writerId: 'w1' },
  { id: 'x2', writerId: 'w2' },
];

const writers: readonly Row[] = [
  { id: 'w1', years: 1 },
  { id: 'w2', years: 9 },
];

export const requiresInCircle: Suite = {
  name: 'requires-in-circle',
  about:
    'Subgraph one needs a field of two, which needs an entity of three that one resolves: a circle of subgraphs, not of fields.',
  subgraphs: {
    news: {
      sdl: `type Query { articles: [Article!]! }
        type Article @key(fields: "id") { id: ID! byBeginner: Boolean! @external byMaster: Boolean! @requires(fields: "byBeginner") }
        type Writer @key(fields: "id") { id: ID! years: Int! }`,
      root: { articles: pickEach(articles, 'id') },
      entities: { Article: byKey(articles, 'id'), Writer: byKey(writers, 'id', 'years') },
      fields: {
        Article: { byMaster: ({ byBeginner }) => (byBeginner === undefined ? undefined : !byBeginner) },
      },
    },
    desk: {
      sdl: `type Article @key(fields: "id") { id: ID! writer: Writer! byBeginner: Boolean! @requires(fields: "writer { years }") }
        type Writer @key(fields: "id") { id: ID! years: Int! @external }`,
      entities: { Article: byKey(articles, 'id', 'writerId'), Writer: byKey(writers, 'id') },
      fields: {
        Article: {
          writer: ({ writerId }) => ({ id: writerId }),
          byBeginner: ({ writer }) => (writer === undefined ? undefined : Number((writer as Row).years) < 5),
        },
      },
    },
  },
  monolith: {
    articles: articles.map(({ id, writerId }) => {
      const writer = find(writers, 'id', writerId);
      const byBeginner = Number(writer.years) < 5;
      return { id, writer, byBeginner, byMaster: !byBeginner };
    }),
  },
  cases: [
    {
      name: 'half-way',
      query: '{ articles { byBeginner } }',
      expected: { data: { articles: [{ byBeginner: true }, { byBeginner: false }] } },
    },
    {
      name: 'all-the-way',
      query: '{ articles { byMaster } }',
      expected: { data: { articles: [{ byMaster: false }, { byMaster: true }] } },
    },
    {
      name: 'with-what-it-needs',
      query: '{ articles { id byMaster byBeginner writer { id years } } }',
      expected: {
        data: {
          articles: [
            { id: 'x1', byMaster: false, byBeginner: true, writer: { id: 'w1', years: 1 } },
            { id: 'x2', byMaster: true, byBeginner: false, writer: { id: 'w2', years: 9 } },
          ],
        },
      },
    },
    {
      name: 'inputs-under-other-names',
      query: '{ articles { m: byMaster w: writer { y: years } } }',
      expected: {
        data: {
          articles: [
            { m: false, w: { y: 1 } },
            { m: true, w: { y: 9 } },
          ],
        },
      },
    },
  ],
};

const carts: readonly Row[] = [
  {
    id: 'c1',
    lines: [
      { id: 'l1', cents: 100 },
      { id: 'l2', cents: 250 },
    ],
  },
  { id: 'c2', lines: [] },
];

export const requiresOfLists: Suite = {
  name: 'requires-of-lists',
  about: 'Whole lists of entities are required, their fields from several subgraphs, and lists may be empty.',
  subgraphs: {
    carts: {
      sdl: `type Query { carts: [Cart!]! } type Cart @key(fields: "id") { id: ID! lines: [Line!] }
        type Line @key(fields: "id") { id: ID! }`,
      root: { carts: carts.map(({ id, lines }) => ({ id, lines: pickEach(lines as Row[], 'id') })) },
      entities: {
        Cart: ({ id }) => ({ id, lines: pickEach(find(carts, 'id', id).lines as Row[], 'id') }),
        Line: ({ id }) => ({ id }),
      },
    },
    prices: {
      sdl: `type Line @key(fields: "id") { id: ID! cents: Int! }`,
      entities: { Line: ({ id }) => ({ id, cents: id === 'l1' ? 100 : 250 }) },
    },
    sums: {
      sdl: `type Cart @key(fields: "id") {
          id: ID! lines: [Line!] @external
          total: Int! @requires(fields: "lines { id cents }") count: Int! @requires(fields: "lines { id }")
          first: Int @requires(fields: "lines { cents }")
        }
        type Line @key(fields: "id", resolvable: false) { id: ID! cents: Int! @external }`,
      entities: { Cart: (reference) => reference },
      fields: {
        Cart: {
          total: ({ lines }) =>
            (lines as Row[]).reduce(
              (sum, { id, cents }) => (id === undefined ? Number.NaN : sum + Number(cents)),
              0,
            ),
          count: ({ lines }) => (lines as Row[]).filter(({ id }) => id !== undefined).length,
          first: ({ lines }) => (lines as Row[])[0]?.cents ?? null,
        },
      },
    },
  },
  monolith: {
    carts: [
      { ...carts[0], total: 350, count: 2, first: 100 },
      { ...carts[1], total: 0, count: 0, first: null },
    ],
  },
  cases: [
    {
      name: 'keys-only',
      query: '{ carts { count } }',
      expected: { data: { carts: [{ count: 2 }, { count: 0 }] } },
    },
    {
      name: 'over-a-third',
      query: '{ carts { total } }',
      expected: { data: { carts: [{ total: 350 }, { total: 0 }] } },
    },
    {
      name: 'two-that-need-different-parts',
      query: '{ carts { count first } }',
      expected: {
        data: {
          carts: [
            { count: 2, first: 100 },
            { count: 0, first: null },
          ],
        },
      },
    },
    {
      name: 'all',
      query: '{ carts { first total count lines { cents } id } }',
      expected: {
        data: {
          carts: [
            { first: 100, total: 350, count: 2, lines: [{ cents: 100 }, { cents: 250 }], id: 'c1' },
            { first: null, total: 0, count: 0, lines: [], id: 'c2' },
          ],
        },
      },
    },
  ],
};
