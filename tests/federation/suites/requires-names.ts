/** Suites of the federation audit: names that clients give to what is required, and required nulls. */
import type { Row, Suite } from '../suite.ts';
import { byKey } from '../suite.ts';

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
    {
      name: 'required-under-another-name',
      query: '{ dogs { kilos: weight dose } }',
      expected: {
        data: {
          dogs: [
            { kilos: 30, dose: 300 },
            { kilos: 8, dose: 80 },
          ],
        },
      },
    },
    {
      name: 'another-under-the-required-name',
      query: '{ dogs { weight: name dose } }',
      expected: {
        data: {
          dogs: [
            { weight: 'Rex', dose: 300 },
            { weight: 'Bella', dose: 80 },
          ],
        },
      },
    },
    {
      name: 'key-under-another-name',
      query: '{ dogs { tag: id dose } }',
      expected: {
        data: {
          dogs: [
            { tag: 'd1', dose: 300 },
            { tag: 'd2', dose: 80 },
          ],
        },
      },
    },
    {
      name: 'another-under-the-name-of-the-key',
      query: '{ dogs { id: name dose } }',
      expected: {
        data: {
          dogs: [
            { id: 'Rex', dose: 300 },
            { id: 'Bella', dose: 80 },
          ],
        },
      },
    },
    {
      name: 'another-as-typename',
      query: '{ dogs { kind: __typename id: __typename dose } }',
      expected: {
        data: {
          dogs: [
            { kind: 'Dog', id: 'Dog', dose: 300 },
            { kind: 'Dog', id: 'Dog', dose: 80 },
          ],
        },
      },
    },
    {
      name: 'another-below-an-object',
      query: '{ dogs { owner { city: id } label } }',
      expected: {
        data: {
          dogs: [
            { owner: { city: 'o1' }, label: 'o1 in Rome' },
            { owner: { city: 'o2' }, label: 'o2 in Paris' },
          ],
        },
      },
    },
    {
      name: 'object-under-another-name',
      query: '{ dogs { owner: name o: owner { c: city } label dose } }',
      expected: {
        data: {
          dogs: [
            { owner: 'Rex', o: { c: 'Rome' }, label: 'o1 in Rome', dose: 300 },
            { owner: 'Bella', o: { c: 'Paris' }, label: 'o2 in Paris', dose: 80 },
          ],
        },
      },
    },
    {
      name: 'computed-under-the-required-name',
      query: '{ dogs { weight: dose kilos: weight } }',
      expected: {
        data: {
          dogs: [
            { weight: 300, kilos: 30 },
            { weight: 80, kilos: 8 },
          ],
        },
      },
    },
    {
      name: 'names-swapped',
      query: '{ dogs { name: weight weight: name dose } }',
      expected: {
        data: {
          dogs: [
            { name: 30, weight: 'Rex', dose: 300 },
            { name: 8, weight: 'Bella', dose: 80 },
          ],
        },
      },
    },
  ],
};

export const requiresOfNull: Suite = {
  name: 'requires-of-null',
  about: 'What is required is null: it is sent as null, and what is required below it is not missed.',
  subgraphs: {
    base: {
      sdl: `type Query { crates: [Crate!]! } type Crate @key(fields: "id") { id: ID! size: Int lid: Lid }
        type Lid { color: String }`,
      root: {
        crates: [
          { id: 'c1', size: null, lid: null },
          { id: 'c2', size: 3, lid: { color: null } },
          { id: 'c3', size: 4, lid: { color: 'red' } },
        ],
      },
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
          lidText: ({ lid }) =>
            lid === undefined ? undefined : lid === null ? 'none' : ((lid as Row).color ?? 'plain'),
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
    {
      name: 'leaf',
      query: '{ crates { double } }',
      expected: { data: { crates: [{ double: null }, { double: 6 }, { double: 8 }] } },
    },
    {
      name: 'object',
      query: '{ crates { lidText } }',
      expected: { data: { crates: [{ lidText: 'none' }, { lidText: 'plain' }, { lidText: 'red' }] } },
    },
    {
      name: 'both-and-shown',
      query: '{ crates { id lid { color } size double lidText } }',
      expected: {
        data: {
          crates: [
            { id: 'c1', lid: null, size: null, double: null, lidText: 'none' },
            { id: 'c2', lid: { color: null }, size: 3, double: 6, lidText: 'plain' },
            { id: 'c3', lid: { color: 'red' }, size: 4, double: 8, lidText: 'red' },
          ],
        },
      },
    },
  ],
};
