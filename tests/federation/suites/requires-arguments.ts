/** Suites of the federation audit: required fields that take arguments, and names that clients give to fields that are required. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pickEach } from '../suite.ts';

const rates: Readonly<Record<string, number>> = { CHF: 1, EUR: 2, JPY: 100 };
const wares: readonly Row[] = [
  { sku: 'w1', name: 'Pen', base: 3, kind: { base: 2 } },
  { sku: 'w2', name: 'Ink', base: 12, kind: { base: 20 } },
];
const priced = (base: unknown) => ({ currency }: Row) => Number(base) * (rates[String(currency)] ?? Number.NaN);

export const requiresOneArgument: Suite = {
  name: 'requires-one-argument',
  about: 'The required field takes an argument, and the client asks the same field with another one.',
  subgraphs: {
    shop: {
      sdl: `type Query { wares: [Ware!]! }
        type Ware @key(fields: "sku") { sku: ID! name: String! price(currency: String! = "CHF"): Int! }`,
      root: { wares: wares.map((ware) => ({ ...ware, price: priced(ware.base) })) },
      entities: { Ware: ({ sku }) => ({ sku, name: find(wares, 'sku', sku).name, price: priced(find(wares, 'sku', sku).base) }) },
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
    { name: 'alone', query: '{ wares { name tax } }', expected: { data: {wares: [{name: 'Pen',tax: 3},{name: 'Ink',tax: 12}]} } },
    { name: 'next-to-the-same-argument', query: '{ wares { price(currency: "EUR") tax } }', expected: { data: {wares: [{price: 6,tax: 3},{price: 24,tax: 12}]} } },
    { name: 'next-to-another-argument', query: '{ wares { price(currency: "JPY") tax } }', expected: { data: {wares: [{price: 300,tax: 3},{price: 1200,tax: 12}]} } },
    { name: 'next-to-the-default', query: '{ wares { tax price } }', expected: { data: {wares: [{tax: 3,price: 3},{tax: 12,price: 12}]} } },
    {
      name: 'next-to-a-variable',
      query: 'query ($in: String = "JPY") { wares { price(currency: $in) tax } }',
      expected: { data: {wares: [{price: 300,tax: 3},{price: 1200,tax: 12}]} },
    },
    {
      name: 'next-to-a-variable-of-the-same-value',
      query: 'query ($in: String!) { wares { sku price(currency: $in) tax } }',
      variables: { in: 'EUR' },
      expected: { data: {wares: [{sku: 'w1',price: 6,tax: 3},{sku: 'w2',price: 24,tax: 12}]} },
    },
    {
      name: 'in-fragments-with-other-names',
      query: `query ($in: String!) { wares { tax ...Yen ...Franc } }
        fragment Yen on Ware { yen: price(currency: $in) } fragment Franc on Ware { franc: price }`,
      variables: { in: 'JPY' },
      expected: { data: {wares: [{tax: 3,yen: 300,franc: 3},{tax: 12,yen: 1200,franc: 12}]} },
    },
  ],
};

export const requiresTwoArguments: Suite = {
  name: 'requires-two-arguments',
  about: 'Two fields require the same field with different arguments, also deeper down: both have to be fetched, under different names.',
  subgraphs: {
    shop: {
      sdl: `type Query { wares: [Ware!]! }
        type Ware @key(fields: "sku") { sku: ID! name: String! price(currency: String!): Int! kind: Kind! }
        type Kind { average(currency: String!): Int! }`,
      root: { wares: wares.map((ware) => ({ ...ware, price: priced(ware.base), kind: { average: priced((ware.kind as Row).base) } })) },
      entities: {
        Ware: ({ sku }) => {
          const ware = find(wares, 'sku', sku);
          return { sku, name: ware.name, price: priced(ware.base), kind: { average: priced((ware.kind as Row).base) } };
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
          isCheapInEuros: ({ price, kind }) => (kind === undefined ? undefined : Number(price) < Number((kind as Row).average)),
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
    { name: 'each-alone', query: '{ wares { taxInYen } }', expected: { data: {wares: [{taxInYen: 300},{taxInYen: 1200}]} } },
    { name: 'both', query: '{ wares { taxInFrancs taxInYen } }', expected: { data: {wares: [{taxInFrancs: 3,taxInYen: 300},{taxInFrancs: 12,taxInYen: 1200}]} } },
    { name: 'both-below-an-object', query: '{ wares { isCheapInEuros kindInYen } }', expected: { data: {wares: [{isCheapInEuros: false,kindInYen: 200},{isCheapInEuros: true,kindInYen: 2000}]} } },
    { name: 'all', query: '{ wares { name taxInYen isCheapInEuros taxInFrancs kindInYen } }', expected: { data: {wares: [{name: 'Pen',taxInYen: 300,isCheapInEuros: false,taxInFrancs: 3,kindInYen: 200},{name: 'Ink',taxInYen: 1200,isCheapInEuros: true,taxInFrancs: 12,kindInYen: 2000}]} } },
    {
      name: 'all-next-to-a-fifth',
      query: '{ wares { price(currency: "EUR") taxInYen isCheapInEuros taxInFrancs kindInYen } }',
      expected: { data: {wares: [{price: 6,taxInYen: 300,isCheapInEuros: false,taxInFrancs: 3,kindInYen: 200},{price: 24,taxInYen: 1200,isCheapInEuros: true,taxInFrancs: 12,kindInYen: 2000}]} },
    },
  ],
};

const threads: readonly Row[] = [
  { id: 't1', remarks: ['m1', 'm2', 'm3', 'm4'] },
  { id: 't2', remarks: ['m5', 'm6', 'm7'] },
];
const remarks: readonly Row[] = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'].map((id, index) => ({ id, writerId: `w${index % 3}` }));
const firstRemarks = (ids: unknown) => ({ first }: Row) => (ids as string[]).slice(0, Number(first)).map((id) => ({ id }));

export const requiresArgumentOfList: Suite = {
  name: 'requires-argument-of-list',
  about: 'The required list takes a limit, and its items are completed by a third subgraph before they are sent.',
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
        Thread: (reference) => ({ ...reference, given: reference.remarks ?? null, remarks: firstRemarks(find(threads, 'id', reference.id).remarks) }),
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
      remarks: ({ first }: Row) => (ids as string[]).slice(0, Number(first)).map((one) => find(remarks, 'id', one)),
      thirdWriter: { id: find(remarks, 'id', (ids as string[])[2]).writerId },
    })),
  },
  cases: [
    { name: 'alone', query: '{ threads { thirdWriter { id } } }', expected: { data: {threads: [{thirdWriter: {id: 'w2'}},{thirdWriter: {id: 'w0'}}]} } },
    { name: 'next-to-a-shorter-list', query: '{ threads { thirdWriter { id } remarks(first: 1) { id } } }', expected: { data: {threads: [{thirdWriter: {id: 'w2'},remarks: [{id: 'm1'}]},{thirdWriter: {id: 'w0'},remarks: [{id: 'm5'}]}]} } },
    { name: 'next-to-a-longer-list', query: '{ threads { remarks(first: 9) { id writerId } thirdWriter { id } } }', expected: { data: {threads: [{remarks: [{id: 'm1',writerId: 'w0'},{id: 'm2',writerId: 'w1'},{id: 'm3',writerId: 'w2'},{id: 'm4',writerId: 'w0'}],thirdWriter: {id: 'w2'}},{remarks: [{id: 'm5',writerId: 'w1'},{id: 'm6',writerId: 'w2'},{id: 'm7',writerId: 'w0'}],thirdWriter: {id: 'w0'}}]} } },
    {
      name: 'next-to-a-variable',
      query: 'query ($n: Int = 1) { threads { thirdWriter { id } remarks(first: $n) { id } } }',
      expected: { data: {threads: [{thirdWriter: {id: 'w2'},remarks: [{id: 'm1'}]},{thirdWriter: {id: 'w0'},remarks: [{id: 'm5'}]}]} },
    },
    {
      name: 'next-to-a-variable-twice',
      query: `query ($n: Int!) { threads { thirdWriter { id } ...One ...Two } }
        fragment One on Thread { remarks(first: $n) { id } } fragment Two on Thread { remarks(first: $n) { writerId } }`,
      variables: { n: 2 },
      expected: { data: {threads: [{thirdWriter: {id: 'w2'},remarks: [{id: 'm1',writerId: 'w0'},{id: 'm2',writerId: 'w1'}]},{thirdWriter: {id: 'w0'},remarks: [{id: 'm5',writerId: 'w1'},{id: 'm6',writerId: 'w2'}]}]} },
    },
  ],
};

const dogs: readonly Row[] = [
  { id: 'd1', name: 'Rex', weight: 30, owner: { id: 'o1', city: 'Rome' } },
  { id: 'd2', name: 'Bella', weight: 8, owner: { id: 'o2', city: 'Paris' } },
];

export const requiresUnderAliases: Suite = {
  name: 'requires-under-aliases',
  about: 'The client gives other fields the names of what is required, or required fields other names.',
  subgraphs: {
    kennel: {
      sdl: `type Query { dogs: [Dog!]! } type Dog @key(fields: "id") { id: ID! name: String! weight: Int! owner: Owner! }
        type Owner { id: ID! city: String! }`,
      root: { dogs },
      entities: { Dog: byKey(dogs, 'id', 'name', 'weight', 'owner') },
    },
    vet: {
      sdl: `type Dog @key(fields: "id") {
          id: ID! weight: Int! @external owner: Owner! @external
          dose: Int! @requires(fields: "weight") label: String! @requires(fields: "owner { id city }")
        }
        type Owner { id: ID! @external city: String! @external }`,
      entities: { Dog: (reference) => reference },
      fields: {
        Dog: {
          dose: ({ weight }) => (weight === undefined ? undefined : Number(weight) * 10),
          label: ({ owner }) => {
            const { id, city } = (owner ?? {}) as Row;
            return id === undefined || city === undefined ? undefined : `${id} in ${city}`;
          },
        },
      },
    },
  },
  monolith: {
    dogs: dogs.map((dog) => {
      const owner = dog.owner as Row;
      return { ...dog, dose: Number(dog.weight) * 10, label: `${owner.id} in ${owner.city}` };
    }),
  },
  cases: [
    { name: 'required-under-another-name', query: '{ dogs { kilos: weight dose } }', expected: { data: {dogs: [{kilos: 30,dose: 300},{kilos: 8,dose: 80}]} } },
    { name: 'another-under-the-required-name', query: '{ dogs { weight: name dose } }', expected: { data: {dogs: [{weight: 'Rex',dose: 300},{weight: 'Bella',dose: 80}]} } },
    { name: 'key-under-another-name', query: '{ dogs { tag: id dose } }', expected: { data: {dogs: [{tag: 'd1',dose: 300},{tag: 'd2',dose: 80}]} } },
    { name: 'another-under-the-name-of-the-key', query: '{ dogs { id: name dose } }', expected: { data: {dogs: [{id: 'Rex',dose: 300},{id: 'Bella',dose: 80}]} } },
    { name: 'another-as-typename', query: '{ dogs { kind: __typename id: __typename dose } }', expected: { data: {dogs: [{kind: 'Dog',id: 'Dog',dose: 300},{kind: 'Dog',id: 'Dog',dose: 80}]} } },
    { name: 'another-below-an-object', query: '{ dogs { owner { city: id } label } }', expected: { data: {dogs: [{owner: {city: 'o1'},label: 'o1 in Rome'},{owner: {city: 'o2'},label: 'o2 in Paris'}]} } },
    { name: 'object-under-another-name', query: '{ dogs { owner: name o: owner { c: city } label dose } }', expected: { data: {dogs: [{owner: 'Rex',o: {c: 'Rome'},label: 'o1 in Rome',dose: 300},{owner: 'Bella',o: {c: 'Paris'},label: 'o2 in Paris',dose: 80}]} } },
    { name: 'computed-under-the-required-name', query: '{ dogs { weight: dose kilos: weight } }', expected: { data: {dogs: [{weight: 300,kilos: 30},{weight: 80,kilos: 8}]} } },
    { name: 'names-swapped', query: '{ dogs { name: weight weight: name dose } }', expected: { data: {dogs: [{name: 30,weight: 'Rex',dose: 300},{name: 8,weight: 'Bella',dose: 80}]} } },
  ],
};

export const requiresOfNull: Suite = {
  name: 'requires-of-null',
  about: 'What is required is null: it is sent as null, and what is required below it is not missed.',
  subgraphs: {
    base: {
      sdl: `type Query { crates: [Crate!]! } type Crate @key(fields: "id") { id: ID! size: Int lid: Lid }
        type Lid { color: String }`,
      root: { crates: [{ id: 'c1', size: null, lid: null }, { id: 'c2', size: 3, lid: { color: null } }, { id: 'c3', size: 4, lid: { color: 'red' } }] },
      entities: { Crate: ({ id }) => ({ id, size: null, lid: null }) },
    },
    extra: {
      sdl: `type Crate @key(fields: "id") {
          id: ID! size: Int @external lid: Lid @external
          double: Int @requires(fields: "size") lidText: String! @requires(fields: "lid { color }")
        }
        type Lid { color: String @external }`,
      entities: { Crate: (reference) => reference },
      fields: {
        Crate: {
          double: ({ size }) => (size === undefined ? undefined : size === null ? null : Number(size) * 2),
          lidText: ({ lid }) => (lid === undefined ? undefined : lid === null ? 'none' : ((lid as Row).color ?? 'plain')),
        },
      },
    },
  },
  monolith: {
    crates: [
      { id: 'c1', size: null, lid: null, double: null, lidText: 'none' },
      { id: 'c2', size: 3, lid: { color: null }, double: 6, lidText: 'plain' },
      { id: 'c3', size: 4, lid: { color: 'red' }, double: 8, lidText: 'red' },
    ],
  },
  cases: [
    { name: 'leaf', query: '{ crates { double } }', expected: { data: {crates: [{double: null},{double: 6},{double: 8}]} } },
    { name: 'object', query: '{ crates { lidText } }', expected: { data: {crates: [{lidText: 'none'},{lidText: 'plain'},{lidText: 'red'}]} } },
    { name: 'both-and-shown', query: '{ crates { id lid { color } size double lidText } }', expected: { data: {crates: [{id: 'c1',lid: null,size: null,double: null,lidText: 'none'},{id: 'c2',lid: {color: null},size: 3,double: 6,lidText: 'plain'},{id: 'c3',lid: {color: 'red'},size: 4,double: 8,lidText: 'red'}]} } },
  ],
};
