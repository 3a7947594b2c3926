/** Suites of the federation audit: fields that need fields of other subgraphs, first the plain ways. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find } from '../suite.ts';

const goods: readonly Row[] = [
  { upc: 'a', name: 'Lamp', price: 20, weight: 3 },
  { upc: 'b', name: 'Desk', price: 150, weight: 40 },
];

const people: readonly Row[] = [
  { id: 'u1', handle: '@ann', city: 'Bern' },
  { id: 'u2', handle: '@bob', city: 'Oslo' },
];

const ratings: readonly Row[] = [
  { id: 'r1', stars: 4, by: 'u1', upc: 'a' },
  { id: 'r2', stars: 2, by: 'u2', upc: 'a' },
  { id: 'r3', stars: 5, by: 'u1', upc: 'b' },
];

const freight = (price: unknown, weight: unknown) =>
  price === undefined || weight === undefined ? undefined : Number(price) > 100 ? 0 : Number(weight) * 2;

export const requiresAndProvides: Suite = {
  name: 'requires-and-provides',
  about: 'Computed from fields of another subgraph; provided where the path says so and nowhere else.',
  subgraphs: {
    people: {
      sdl: `type Query { me: Person }
        type Person @key(fields: "id") { id: ID! handle: String! @shareable city: String! }`,
      root: { me: people[0] },
      entities: { Person: byKey(people, 'id', 'handle', 'city') },
    },
    goods: {
      sdl: `type Query { goods: [Good!]! }
        type Good @key(fields: "upc") { upc: ID! name: String! price: Int! weight: Int! }`,
      root: { goods },
      entities: { Good: byKey(goods, 'upc', 'name', 'price', 'weight') },
    },
    freight: {
      sdl: `type Good @key(fields: "upc") {
          upc: ID! price: Int! @external weight: Int! @external inStock: Boolean!
          freight: Int! @requires(fields: "price weight") tag: String! @requires(fields: "price weight")
        }`,
      entities: { Good: byKey(goods, 'upc') },
      fields: {
        Good: {
          inStock: ({ upc }) => upc === 'a',
          freight: ({ price, weight }) => freight(price, weight),
          tag: ({ upc, price, weight }) => `${upc}:${freight(price, weight)}`,
        },
      },
    },
    ratings: {
      sdl: `type Rating @key(fields: "id") { id: ID! stars: Int! by: Person! @provides(fields: "handle") of: Good! }
        type Person @key(fields: "id") { id: ID! handle: String! @external ratings: [Rating!]! }
        type Good @key(fields: "upc") { upc: ID! ratings: [Rating!]! }`,
      entities: {
        Rating: byKey(ratings, 'id', 'stars', 'by', 'upc'),
        Person: byKey(people, 'id'),
        Good: byKey(goods, 'upc'),
      },
      fields: {
        Rating: {
          by: ({ by }) => ({ id: by, handle: find(people, 'id', by).handle }),
          of: ({ upc }) => ({ upc }),
        },
        Person: { ratings: ({ id }) => ratings.filter(({ by }) => by === id) },
        Good: { ratings: ({ upc }) => ratings.filter((rating) => rating.upc === upc) },
      },
    },
  },
  monolith: (() => {
    const persons: Record<string, unknown>[] = people.map((one) => ({ ...one }));
    const things: Record<string, unknown>[] = goods.map((one) => ({
      ...one,
      inStock: one.upc === 'a',
      freight: freight(one.price, one.weight),
      tag: `${one.upc}:${freight(one.price, one.weight)}`,
    }));
    const all: Record<string, unknown>[] = ratings.map((one) => ({
      ...one,
      by: find(persons, 'id', one.by),
      of: find(things, 'upc', one.upc),
    }));
    for (const person of persons) person.ratings = all.filter(({ by }) => by === person);
    for (const thing of things) thing.ratings = all.filter((rating) => rating.of === thing);
    return { me: persons[0], goods: things };
  })(),
  cases: [
    { name: 'no-need', query: '{ me { handle } }', expected: { data: { me: { handle: '@ann' } } } },
    {
      name: 'to-the-ratings',
      query: '{ me { ratings { id stars } } }',
      expected: {
        data: {
          me: {
            ratings: [
              { id: 'r1', stars: 4 },
              { id: 'r3', stars: 5 },
            ],
          },
        },
      },
    },
    {
      name: 'provided',
      query: '{ me { ratings { by { handle } } } }',
      expected: { data: { me: { ratings: [{ by: { handle: '@ann' } }, { by: { handle: '@ann' } }] } } },
    },
    {
      name: 'provided-and-not',
      query: '{ me { ratings { by { handle city } } } }',
      expected: {
        data: {
          me: {
            ratings: [{ by: { handle: '@ann', city: 'Bern' } }, { by: { handle: '@ann', city: 'Bern' } }],
          },
        },
      },
    },
    {
      name: 'plain-goods',
      query: '{ goods { name price } }',
      expected: {
        data: {
          goods: [
            { name: 'Lamp', price: 20 },
            { name: 'Desk', price: 150 },
          ],
        },
      },
    },
    {
      name: 'computed',
      query: '{ goods { freight } }',
      expected: { data: { goods: [{ freight: 6 }, { freight: 0 }] } },
    },
    {
      name: 'computed-next-to-its-inputs',
      query: '{ goods { weight freight price } }',
      expected: {
        data: {
          goods: [
            { weight: 3, freight: 6, price: 20 },
            { weight: 40, freight: 0, price: 150 },
          ],
        },
      },
    },
    {
      name: 'two-computed',
      query: '{ goods { tag freight } }',
      expected: {
        data: {
          goods: [
            { tag: 'a:6', freight: 6 },
            { tag: 'b:0', freight: 0 },
          ],
        },
      },
    },
    {
      name: 'computed-and-own',
      query: '{ goods { inStock tag } }',
      expected: {
        data: {
          goods: [
            { inStock: true, tag: 'a:6' },
            { inStock: false, tag: 'b:0' },
          ],
        },
      },
    },
    {
      name: 'at-the-end-of-a-long-way',
      query: '{ me { ratings { of { ratings { by { id handle } of { freight } } } } } }',
      expected: {
        data: {
          me: {
            ratings: [
              {
                of: {
                  ratings: [
                    { by: { id: 'u1', handle: '@ann' }, of: { freight: 6 } },
                    { by: { id: 'u2', handle: '@bob' }, of: { freight: 6 } },
                  ],
                },
              },
              { of: { ratings: [{ by: { id: 'u1', handle: '@ann' }, of: { freight: 0 } }] } },
            ],
          },
        },
      },
    },
    {
      name: 'in-two-places',
      query: '{ goods { freight ratings { of { tag } } } me { ratings { of { freight name } } } }',
      expected: {
        data: {
          goods: [
            { freight: 6, ratings: [{ of: { tag: 'a:6' } }, { of: { tag: 'a:6' } }] },
            { freight: 0, ratings: [{ of: { tag: 'b:0' } }] },
          ],
          me: { ratings: [{ of: { freight: 6, name: 'Lamp' } }, { of: { freight: 0, name: 'Desk' } }] },
        },
      },
    },
    {
      name: 'under-fragments',
      query: `{ goods { ...Sent ... on Good { ...Seen } } }
      fragment Sent on Good { freight inStock } fragment Seen on Good { ratings { stars by { handle } } freight }`,
      expected: {
        data: {
          goods: [
            {
              freight: 6,
              inStock: true,
              ratings: [
                { stars: 4, by: { handle: '@ann' } },
                { stars: 2, by: { handle: '@bob' } },
              ],
            },
            { freight: 0, inStock: false, ratings: [{ stars: 5, by: { handle: '@ann' } }] },
          ],
        },
      },
    },
  ],
};

const tea = { id: 't1', leaf: 'green', grams: 5 };

export const requiresInChain: Suite = {
  name: 'requires-in-chain',
  about: 'What is required requires something itself, over the same and over other subgraphs.',
  subgraphs: {
    leaves: {
      sdl: `type Query { tea: Tea! } type Tea @key(fields: "id") { id: ID! leaf: String! grams: Int! }`,
      root: { tea },
      entities: { Tea: () => tea },
    },
    water: {
      sdl: `type Tea @key(fields: "id") {
          id: ID! leaf: String! @external grams: Int! @external minutes: Int! @external
          celsius: Int! @requires(fields: "leaf") litres: Float! @requires(fields: "grams minutes")
        }`,
      entities: { Tea: (reference) => reference },
      fields: {
        Tea: {
          celsius: ({ leaf }) => (leaf === undefined ? undefined : leaf === 'green' ? 80 : 100),
          litres: ({ grams, minutes }) =>
            grams === undefined || minutes === undefined ? undefined : Number(grams) / 10 + Number(minutes),
        },
      },
    },
    clock: {
      sdl: `type Tea @key(fields: "id") {
          id: ID! celsius: Int! @external litres: Float! @external
          minutes: Int! @requires(fields: "celsius") label: String! @requires(fields: "litres celsius")
        }`,
      entities: { Tea: (reference) => reference },
      fields: {
        Tea: {
          minutes: ({ celsius }) => (celsius === undefined ? undefined : Number(celsius) / 40),
          label: ({ litres, celsius }) =>
            litres === undefined || celsius === undefined ? undefined : `${litres} l at ${celsius}`,
        },
      },
    },
  },
  monolith: { tea: { ...tea, celsius: 80, minutes: 2, litres: 2.5, label: '2.5 l at 80' } },
  cases: [
    { name: 'one', query: '{ tea { celsius } }', expected: { data: { tea: { celsius: 80 } } } },
    { name: 'two', query: '{ tea { minutes } }', expected: { data: { tea: { minutes: 2 } } } },
    { name: 'three', query: '{ tea { litres } }', expected: { data: { tea: { litres: 2.5 } } } },
    { name: 'four', query: '{ tea { label } }', expected: { data: { tea: { label: '2.5 l at 80' } } } },
    {
      name: 'all-with-their-inputs',
      query: '{ tea { label litres minutes celsius leaf grams id } }',
      expected: {
        data: {
          tea: {
            label: '2.5 l at 80',
            litres: 2.5,
            minutes: 2,
            celsius: 80,
            leaf: 'green',
            grams: 5,
            id: 't1',
          },
        },
      },
    },
    {
      name: 'ends-and-middle',
      query: '{ tea { id label minutes } }',
      expected: { data: { tea: { id: 't1', label: '2.5 l at 80', minutes: 2 } } },
    },
  ],
};
