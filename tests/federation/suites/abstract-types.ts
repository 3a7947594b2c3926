/** Suites of the federation audit: interfaces whose fields and types are spread over subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick } from '../suite.ts';

const books: readonly Row[] = [
  {
    __typename: 'Book',
    id: 'b1',
    sku: 'B1',
    title: 'Sea',
    pages: 100,
    dims: { size: 'small', grams: 250 },
    stock: 3,
    maker: { __typename: 'House', id: 'x1', name: 'Pan', founded: 1900 },
  },
  {
    __typename: 'Paper',
    id: 'n1',
    sku: 'N1',
    title: 'Daily',
    issue: 12,
    dims: { size: 'large', grams: 90 },
    stock: 0,
    maker: { __typename: 'Self', id: 'x2', email: 'me@x' },
  },
];

const opinions: readonly Row[] = [
  { id: 'o1', of: 'b1', stars: 5, body: 'Good' },
  { id: 'o2', of: 'n1', stars: 1, body: 'Thin' },
  { id: 'o3', of: 'b1', stars: 3, body: 'Long' },
];

const opinionsOf = ({ id }: Row) => opinions.filter(({ of }) => of === id);

export const abstractTypes: Suite = {
  name: 'abstract-types',
  about: 'One interface in five subgraphs, each with other fields and some with other types behind it.',
  subgraphs: {
    stands: {
      sdl: `type Query { goods: [Good!]! printed: [Printed!]! }
        interface Good { id: ID! sku: String dims: Dims }
        interface Printed { id: ID! maker: Maker }
        union Maker = House | Self
        type House @key(fields: "id") { id: ID! }
        type Self { id: ID! email: String }
        type Dims @shareable { size: String grams: Int }
        type Book implements Good & Printed @key(fields: "id") { id: ID! sku: String dims: Dims @shareable maker: Maker }
        type Paper implements Good & Printed @key(fields: "id") { id: ID! sku: String dims: Dims @shareable maker: Maker }`,
      root: {
        goods: books.map((book) => pick(book, '__typename', 'id', 'sku', 'dims', 'maker')),
        printed: books.map((book) => pick(book, '__typename', 'id', 'sku', 'dims', 'maker')),
      },
      entities: {
        Book: byKey(books, 'id', 'sku', 'dims', 'maker'),
        Paper: byKey(books, 'id', 'sku', 'dims', 'maker'),
        House: ({ id }) => ({ id }),
      },
    },
    books: {
      sdl: `interface Good { id: ID! title: String } type Book implements Good @key(fields: "id") { id: ID! title: String pages: Int }
        type Query { bookByTitle(title: String!): Book }`,
      root: {
        bookByTitle: ({ title }: Row) =>
          title === 'Sea' ? pick(books[0] ?? {}, 'id', 'title', 'pages') : null,
      },
      entities: { Book: byKey(books, 'id', 'title', 'pages') },
    },
    papers: {
      sdl: `interface Good { id: ID! title: String } type Paper implements Good @key(fields: "id") { id: ID! title: String issue: Int }`,
      entities: { Paper: byKey(books, 'id', 'title', 'issue') },
    },
    makers: {
      sdl: `type House @key(fields: "id") { id: ID! name: String founded: Int }`,
      entities: { House: ({ id }) => ({ id, name: 'Pan', founded: 1900 }) },
    },
    store: {
      sdl: `interface Good { id: ID! stock: Int dims: Dims bulky: Boolean }
        type Dims @shareable { size: String grams: Int }
        type Book implements Good @key(fields: "id") { id: ID! dims: Dims @external stock: Int bulky: Boolean @requires(fields: "dims { size grams }") }
        type Paper implements Good @key(fields: "id") { id: ID! dims: Dims @external stock: Int bulky: Boolean @requires(fields: "dims { size }") }`,
      entities: { Book: byKey(books, 'id', 'stock'), Paper: byKey(books, 'id', 'stock') },
      fields: {
        Book: {
          bulky: ({ dims }) =>
            (dims as Row | undefined)?.grams === undefined ? undefined : (dims as Row).size === 'large',
        },
        Paper: {
          bulky: ({ dims }) =>
            (dims as Row | undefined)?.size === undefined ? undefined : (dims as Row).size === 'large',
        },
      },
    },
    opinions: {
      sdl: `type Query { opinion(id: ID!): Opinion }
        type Opinion { id: ID! stars: Int! body: String! on: Good! }
        interface Good { id: ID! opinions: [Opinion!]! count: Int! }
        type Book implements Good @key(fields: "id") { id: ID! opinions: [Opinion!]! count: Int! best: Opinion }
        type Paper implements Good @key(fields: "id") { id: ID! opinions: [Opinion!]! count: Int! }`,
      root: { opinion: ({ id }: Row) => find(opinions, 'id', id) },
      entities: { Book: byKey(books, 'id'), Paper: byKey(books, 'id') },
      fields: {
        Opinion: { on: ({ of }) => pick(find(books, 'id', of), '__typename', 'id') },
        Book: {
          opinions: opinionsOf,
          count: (book) => opinionsOf(book).length,
          best: (book) => opinionsOf(book)[0],
        },
        Paper: { opinions: opinionsOf, count: (paper) => opinionsOf(paper).length },
      },
    },
  },
  monolith: (() => {
    const goods: Record<string, unknown>[] = books.map((book) => ({
      ...book,
      bulky: (book.dims as Row).size === 'large',
    }));
    const all = opinions.map((one) => ({ ...one, on: find(goods, 'id', one.of) }));
    for (const good of goods) {
      good.opinions = all.filter(({ on }) => on === good);
      good.count = (good.opinions as unknown[]).length;
      good.best = (good.opinions as unknown[])[0];
    }
    return {
      goods,
      printed: goods,
      bookByTitle: ({ title }: Row) => (title === 'Sea' ? goods[0] : null),
      opinion: ({ id }: Row) => find(all, 'id', id),
    };
  })(),
  cases: [
    {
      name: 'field-of-the-interface',
      query: '{ goods { id sku } }',
      expected: {
        data: {
          goods: [
            { id: 'b1', sku: 'B1' },
            { id: 'n1', sku: 'N1' },
          ],
        },
      },
    },
    {
      name: 'object-of-the-interface',
      query: '{ goods { dims { size grams } } }',
      expected: {
        data: { goods: [{ dims: { size: 'small', grams: 250 } }, { dims: { size: 'large', grams: 90 } }] },
      },
    },
    {
      name: 'field-of-each-type-elsewhere',
      query: '{ goods { title } }',
      expected: { data: { goods: [{ title: 'Sea' }, { title: 'Daily' }] } },
    },
    {
      name: 'field-of-all-types-elsewhere',
      query: '{ goods { stock } }',
      expected: { data: { goods: [{ stock: 3 }, { stock: 0 }] } },
    },
    {
      name: 'from-three',
      query: '{ goods { sku title stock count } }',
      expected: {
        data: {
          goods: [
            { sku: 'B1', title: 'Sea', stock: 3, count: 2 },
            { sku: 'N1', title: 'Daily', stock: 0, count: 1 },
          ],
        },
      },
    },
    {
      name: 'types-in-fragments',
      query: '{ goods { ... on Book { pages title } ... on Paper { issue } } }',
      expected: { data: { goods: [{ pages: 100, title: 'Sea' }, { issue: 12 }] } },
    },
    {
      name: 'same-field-in-each-fragment',
      query: '{ goods { ... on Book { title } ... on Paper { title } } }',
      expected: { data: { goods: [{ title: 'Sea' }, { title: 'Daily' }] } },
    },
    {
      name: 'required-behind-the-interface',
      query: '{ goods { bulky } }',
      expected: { data: { goods: [{ bulky: false }, { bulky: true }] } },
    },
    {
      name: 'required-next-to-its-input',
      query: '{ goods { dims { grams } bulky ... on Book { pages } } }',
      expected: {
        data: {
          goods: [
            { dims: { grams: 250 }, bulky: false, pages: 100 },
            { dims: { grams: 90 }, bulky: true },
          ],
        },
      },
    },
    {
      name: 'another-interface-of-the-same-types',
      query: '{ printed { ... on Good { title } maker { __typename } } }',
      expected: {
        data: {
          printed: [
            { title: 'Sea', maker: { __typename: 'House' } },
            { title: 'Daily', maker: { __typename: 'Self' } },
          ],
        },
      },
    },
    {
      name: 'another-interface-in-a-fragment',
      query: '{ goods { ... on Printed { maker { ... on House { name founded } ... on Self { email } } } } }',
      expected: {
        data: { goods: [{ maker: { name: 'Pan', founded: 1900 } }, { maker: { email: 'me@x' } }] },
      },
    },
    {
      name: 'union-below',
      query: '{ printed { maker { ... on House { id name } } ... on Paper { title } } }',
      expected: { data: { printed: [{ maker: { id: 'x1', name: 'Pan' } }, { maker: {}, title: 'Daily' }] } },
    },
    {
      name: 'from-a-list-below',
      query: '{ goods { opinions { stars body } } }',
      expected: {
        data: {
          goods: [
            {
              opinions: [
                { stars: 5, body: 'Good' },
                { stars: 3, body: 'Long' },
              ],
            },
            { opinions: [{ stars: 1, body: 'Thin' }] },
          ],
        },
      },
    },
    {
      name: 'back-to-the-interface',
      query: '{ opinion(id: "o2") { on { title stock ... on Paper { issue } } } }',
      expected: { data: { opinion: { on: { title: 'Daily', stock: 0, issue: 12 } } } },
    },
    {
      name: 'there-and-back',
      query: '{ goods { opinions { on { sku opinions { id on { __typename } } } } } }',
      expected: {
        data: {
          goods: [
            {
              opinions: [
                {
                  on: {
                    sku: 'B1',
                    opinions: [
                      { id: 'o1', on: { __typename: 'Book' } },
                      { id: 'o3', on: { __typename: 'Book' } },
                    ],
                  },
                },
                {
                  on: {
                    sku: 'B1',
                    opinions: [
                      { id: 'o1', on: { __typename: 'Book' } },
                      { id: 'o3', on: { __typename: 'Book' } },
                    ],
                  },
                },
              ],
            },
            { opinions: [{ on: { sku: 'N1', opinions: [{ id: 'o2', on: { __typename: 'Paper' } }] } }] },
          ],
        },
      },
    },
    {
      name: 'one-type-only',
      query: '{ goods { ... on Book { best { body on { title } } } } }',
      expected: { data: { goods: [{ best: { body: 'Good', on: { title: 'Sea' } } }, {}] } },
    },
    {
      name: 'from-one-type',
      query: '{ bookByTitle(title: "Sea") { pages bulky count sku } }',
      expected: { data: { bookByTitle: { pages: 100, bulky: false, count: 2, sku: 'B1' } } },
    },
    {
      name: 'nobody',
      query: '{ bookByTitle(title: "Sky") { pages sku } }',
      expected: { data: { bookByTitle: null } },
    },
    {
      name: 'fragments-in-fragments',
      query: `{ goods { ...G } } fragment G on Good { id ... on Printed { ...P } ... on Book { pages } }
        fragment P on Printed { id ... on Good { stock ... on Paper { issue } } }`,
      expected: {
        data: {
          goods: [
            { id: 'b1', stock: 3, pages: 100 },
            { id: 'n1', stock: 0, issue: 12 },
          ],
        },
      },
    },
    {
      name: 'with-directives',
      query:
        'query ($b: Boolean!) { goods { ... on Book @include(if: $b) { title pages } ... on Paper @skip(if: $b) { title } id } }',
      variables: { b: true },
      expected: { data: { goods: [{ title: 'Sea', pages: 100, id: 'b1' }, { id: 'n1' }] } },
    },
  ],
};
