/** Suites of the federation audit: required fields that take arguments, and names that clients give to fields that are required. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pickEach } from '../suite.ts';

const rates: Readonly<Record<string, number>> = { CHF: 1, EUR: 2, JPY: 100 };

const wares: readonly Row[] = [
  { sku: 'w1', name: 'Pen', base: 3, kind: { base: 2 } },
  { sku: 'w2', name: 'Ink', base: 12, kind: { base: 20 } },
];

const priced =
  (base: unknown) =>
  ({ currency }: Row) =>
    Number(base) * (rates[String(currency)] ?? Number.NaN);

export const requiresOneArgument: Suite = {
  name: 'requires-one-argument',
  about: 'The required field takes an argument, and the client asks the same field with another one.',
  subgraphs: {
    shop: {
      sdl: `type Query { wares: [Ware!]! }
        type Ware @key(fields: "sku") { sku: ID! name: String! price(currency: String! = "CHF"): Int! }`,
      root: { wares: wares.map((ware) => ({ ...ware, price: priced(ware.base) })) },
      entities: {
        Ware: ({ sku }) => ({
          sku,
          name: find(wares, 'sku', sku).name,
          price: priced(find(wares, 'sku', sku).base),
        }),
      },
    },
    tax: {
      sdl: `type Ware @key(fields: "sku") {
          sku: ID! price(currency: String! = "CHF"): Int! @external
          tax: Int! @requires(fields: "price(currency: \\"EUR\\")")
        }`,
      entities: { Ware: (reference) => reference },
      fields: { Ware: { tax: ({ price }) => (price === undefined ? undefined : Number(price) / 2) } },
    },
  },
  monolith: { wares: wares.map((ware) => ({ ...ware, price: priced(ware.base), tax: ware.base })) },
  cases: [
    {
      name: 'alone',
      query: '{ wares { name tax } }',
      expected: {
        data: {
          wares: [
            { name: 'Pen', tax: 3 },
            { name: 'Ink', tax: 12 },
          ],
        },
      },
    },
    {
      name: 'next-to-the-same-argument',
      query: '{ wares { price(currency: "EUR") tax } }',
      expected: {
        data: {
          wares: [
            { price: 6, tax: 3 },
            { price: 24, tax: 12 },
          ],
        },
      },
    },
    {
      name: 'next-to-another-argument',
      query: '{ wares { price(currency: "JPY") tax } }',
      expected: {
        data: {
          wares: [
            { price: 300, tax: 3 },
            { price: 1200, tax: 12 },
          ],
        },
      },
    },
    {
      name: 'next-to-the-default',
      query: '{ wares { tax price } }',
      expected: {
        data: {
          wares: [
            { tax: 3, price: 3 },
            { tax: 12, price: 12 },
          ],
        },
      },
    },
    {
      name: 'next-to-a-variable',
      query: 'query ($in: String = "JPY") { wares { price(currency: $in) tax } }',
      expected: {
        data: {
          wares: [
            { price: 300, tax: 3 },
            { price: 1200, tax: 12 },
          ],
        },
      },
    },
    {
      name: 'next-to-a-variable-of-the-same-value',
      query: 'query ($in: String!) { wares { sku price(currency: $in) tax } }',
      variables: { in: 'EUR' },
      expected: {
        data: {
          wares: [
            { sku: 'w1', price: 6, tax: 3 },
            { sku: 'w2', price: 24, tax: 12 },
          ],
        },
      },
    },
    {
      name: 'in-fragments-with-other-names',
      query: `query ($in: String!) { wares { tax ...Yen ...Franc } }
        fragment Yen on Ware { yen: price(currency: $in) } fragment Franc on Ware { franc: price }`,
      variables: { in: 'JPY' },
      expected: {
        data: {
          wares: [
            { tax: 3, yen: 300, franc: 3 },
            { tax: 12, yen: 1200, franc: 12 },
          ],
        },
      },
    },
  ],
};

export const requiresTwoArguments: Suite = {
  name: 'requires-two-arguments',
  about:
    'Two fields require the same field with different arguments, also deeper down: both have to be fetched, under different names.',
  subgraphs: {
    shop: {
      sdl: `type Query { wares: [Ware!]! }
        type Ware @key(fields: "sku") { sku: ID! name: String! price(currency: String!): Int! kind: Kind! }
        type Kind { average(currency: String!): Int! }`,
      root: {
        wares: wares.map((ware) => ({
          ...ware,
          price: priced(ware.base),
          kind: { average: priced((ware.kind as Row).base) },
        })),
      },
      entities: {
        Ware: ({ sku }) => {
          const ware = find(wares, 'sku', sku);
          return {
            sku,
            name: ware.name,
            price: priced(ware.base),
            kind: { average: priced((ware.kind as Row).base) },
          };
        },
      },
    },
    tax: {
      sdl: `type Ware @key(fields: "sku") {
          sku: ID! price(currency: String!): Int! @external kind: Kind! @external
          taxInFrancs: Int! @requires(fields: "price(currency: \\"CHF\\")")
          taxInYen: Int! @requires(fields: "price(currency: \\"JPY\\")")
          isCheapInEuros: Boolean! @requires(fields: "price(currency: \\"EUR\\") kind { average(currency: \\"EUR\\") }")
          kindInYen: Int! @requires(fields: "kind { average(currency: \\"JPY\\") }")
        }
        type Kind { average(currency: String!): Int! @external }`,
      entities: { Ware: (reference) => reference },
      fields: {
        Ware: {
          taxInFrancs: ({ price }) => price,
          taxInYen: ({ price }) => price,
          isCheapInEuros: ({ price, kind }) =>
            kind === undefined ? undefined : Number(price) < Number((kind as Row).average),
          kindInYen: ({ kind }) => (kind === undefined ? undefined : (kind as Row).average),
        },
      },
    },
  },
  monolith: {
    wares: wares.map((ware) => ({
      ...ware,
      price: priced(ware.base),
      taxInFrancs: ware.base,
      taxInYen: Number(ware.base) * 100,
      isCheapInEuros: Number(ware.base) < Number((ware.kind as Row).base),
      kindInYen: Number((ware.kind as Row).base) * 100,
    })),
  },
  cases: [
    {
      name: 'each-alone',
      query: '{ wares { taxInYen } }',
      expected: { data: { wares: [{ taxInYen: 300 }, { taxInYen: 1200 }] } },
    },
    {
      name: 'both',
      query: '{ wares { taxInFrancs taxInYen } }',
      expected: {
        data: {
          wares: [
            { taxInFrancs: 3, taxInYen: 300 },
            { taxInFrancs: 12, taxInYen: 1200 },
          ],
        },
      },
    },
    {
      name: 'both-below-an-object',
      query: '{ wares { isCheapInEuros kindInYen } }',
      expected: {
        data: {
          wares: [
            { isCheapInEuros: false, kindInYen: 200 },
            { isCheapInEuros: true, kindInYen: 2000 },
          ],
        },
      },
    },
    {
      name: 'all',
      query: '{ wares { name taxInYen isCheapInEuros taxInFrancs kindInYen } }',
      expected: {
        data: {
          wares: [
            { name: 'Pen', taxInYen: 300, isCheapInEuros: false, taxInFrancs: 3, kindInYen: 200 },
            { name: 'Ink', taxInYen: 1200, isCheapInEuros: true, taxInFrancs: 12, kindInYen: 2000 },
          ],
        },
      },
    },
    {
      name: 'all-next-to-a-fifth',
      query: '{ wares { price(currency: "EUR") taxInYen isCheapInEuros taxInFrancs kindInYen } }',
      expected: {
        data: {
          wares: [
            { price: 6, taxInYen: 300, isCheapInEuros: false, taxInFrancs: 3, kindInYen: 200 },
            { price: 24, taxInYen: 1200, isCheapInEuros: true, taxInFrancs: 12, kindInYen: 2000 },
          ],
        },
      },
    },
  ],
};

const threads: readonly Row[] = [
  { id: 't1', remarks: ['m1', 'm2', 'm3', 'm4'] },
  { id: 't2', remarks: ['m5', 'm6', 'm7'] },
];

const remarks: readonly Row[] = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'].map((id, index) => ({
  id,
  writerId: `w${index % 3}`,
}));

const firstRemarks =
  (ids: unknown) =>
  ({ first }: Row) =>
    (ids as string[]).slice(0, Number(first)).map((id) => ({ id }));

export const requiresArgumentOfList: Suite = {
  name: 'requires-argument-of-list',
  about:
    'The required list takes a limit, and its items are completed by a third subgraph before they are sent.',
  subgraphs: {
    feed: {
      sdl: `type Query { threads: [Thread!]! } type Thread @key(fields: "id") { id: ID! }
        type Remark @key(fields: "id") { id: ID! writerId: ID! }`,
      root: { threads: pickEach(threads, 'id') },
      entities: { Thread: byKey(threads, 'id'), Remark: byKey(remarks, 'id', 'writerId') },
    },
    talk: {
      sdl: `type Thread @key(fields: "id") {
          id: ID! remarks(first: Int!): [Remark!]!
          thirdWriter: Writer @requires(fields: "remarks(first: 3) { writerId }")
        }
        type Remark @key(fields: "id") { id: ID! writerId: ID! @external } type Writer { id: ID! }`,
      entities: {
        Thread: (reference) => ({
          ...reference,
          given: reference.remarks ?? null,
          remarks: firstRemarks(find(threads, 'id', reference.id).remarks),
        }),
        Remark: byKey(remarks, 'id'),
      },
      fields: {
        Thread: {
          thirdWriter: ({ given }) => {
            const [, , third, fourth] = (given ?? []) as Row[];
            return third === undefined || fourth !== undefined ? undefined : { id: third.writerId };
          },
        },
      },
    },
  },
  monolith: {
    threads: threads.map(({ id, remarks: ids }) => ({
      id,
      remarks: ({ first }: Row) =>
        (ids as string[]).slice(0, Number(first)).map((one) => find(remarks, 'id', one)),
      thirdWriter: { id: find(remarks, 'id', (ids as string[])[2]).writerId },
    })),
  },
  cases: [
    {
      name: 'alone',
      query: '{ threads { thirdWriter { id } } }',
      expected: { data: { threads: [{ thirdWriter: { id: 'w2' } }, { thirdWriter: { id: 'w0' } }] } },
    },
    {
      name: 'next-to-a-shorter-list',
      query: '{ threads { thirdWriter { id } remarks(first: 1) { id } } }',
      expected: {
        data: {
          threads: [
            { thirdWriter: { id: 'w2' }, remarks: [{ id: 'm1' }] },
            { thirdWriter: { id: 'w0' }, remarks: [{ id: 'm5' }] },
          ],
        },
      },
    },
    {
      name: 'next-to-a-longer-list',
      query: '{ threads { remarks(first: 9) { id writerId } thirdWriter { id } } }',
      expected: {
        data: {
          threads: [
            {
              remarks: [
                { id: 'm1', writerId: 'w0' },
                { id: 'm2', writerId: 'w1' },
                { id: 'm3', writerId: 'w2' },
                { id: 'm4', writerId: 'w0' },
              ],
              thirdWriter: { id: 'w2' },
            },
            {
              remarks: [
                { id: 'm5', writerId: 'w1' },
                { id: 'm6', writerId: 'w2' },
                { id: 'm7', writerId: 'w0' },
              ],
              thirdWriter: { id: 'w0' },
            },
          ],
        },
      },
    },
    {
      name: 'next-to-a-variable',
      query: 'query ($n: Int = 1) { threads { thirdWriter { id } remarks(first: $n) { id } } }',
      expected: {
        data: {
          threads: [
            { thirdWriter: { id: 'w2' }, remarks: [{ id: 'm1' }] },
            { thirdWriter: { id: 'w0' }, remarks: [{ id: 'm5' }] },
          ],
        },
      },
    },
    {
      name: 'next-to-a-variable-twice',
      query: `query ($n: Int!) { threads { thirdWriter { id } ...One ...Two } }
        fragment One on Thread { remarks(first: $n) { id } } fragment Two on Thread { remarks(first: $n) { writerId } }`,
      variables: { n: 2 },
      expected: {
        data: {
          threads: [
            {
              thirdWriter: { id: 'w2' },
              remarks: [
                { id: 'm1', writerId: 'w0' },
                { id: 'm2', writerId: 'w1' },
              ],
            },
            {
              thirdWriter: { id: 'w0' },
              remarks: [
                { id: 'm5', writerId: 'w1' },
                { id: 'm6', writerId: 'w2' },
              ],
            },
          ],
        },
      },
    },
  ],
};
