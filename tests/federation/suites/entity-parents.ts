/** Suites of the federation audit: values that only their parent leads to, stubs, entities that are not there, types that differ between subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pickEach } from '../suite.ts';

const plants: readonly Row[] = [
  { id: 'p1', name: 'Fern', care: { id: 'k1', water: 'weekly', note: 'Fern likes shade', light: 2 } },
  { id: 'p2', name: 'Cactus', care: { id: 'k1', water: 'weekly', note: 'Cactus likes sun', light: 9 } },
];
const careOf = (fields: readonly string[]) => (reference: Row) => {
  const plant = plants.find(({ id }) => id === reference.id);
  if (plant === undefined) return null;
  const care = plant.care as Row;
  return { id: plant.id, care: Object.fromEntries(fields.map((field) => [field, care[field]])) };
};

export const parentEntity: Suite = {
  name: 'parent-entity',
  about: 'A value without a key is completed by going to another subgraph with the key of its parent.',
  subgraphs: {
    garden: {
      sdl: `type Query { plants: [Plant!]! }
        type Plant @key(fields: "id") { id: ID! name: String! care: Care! @shareable }
        type Care { id: ID! @shareable water: String! }`,
      root: { plants: plants.map(({ id, name, care }) => ({ id, name, care })) },
      entities: { Plant: byKey(plants, 'id', 'name', 'care') },
    },
    advice: {
      sdl: `type Plant @key(fields: "id") { id: ID! care: Care! @shareable }
        type Care { id: ID! @shareable note: String! }`,
      entities: { Plant: careOf(['id', 'note']) },
    },
    sun: {
      sdl: `type Plant @key(fields: "id") { id: ID! care: Care! @shareable } type Care { light: Int! }`,
      entities: { Plant: careOf(['light']) },
    },
  },
  monolith: { plants },
  cases: [
    {
      name: 'one-other',
      query: '{ plants { care { water note } } }',
      expected: {
        data: {
          plants: [
            { care: { water: 'weekly', note: 'Fern likes shade' } },
            { care: { water: 'weekly', note: 'Cactus likes sun' } },
          ],
        },
      },
    },
    {
      name: 'two-others',
      query: '{ plants { name care { light note water } } }',
      expected: {
        data: {
          plants: [
            { name: 'Fern', care: { light: 2, note: 'Fern likes shade', water: 'weekly' } },
            { name: 'Cactus', care: { light: 9, note: 'Cactus likes sun', water: 'weekly' } },
          ],
        },
      },
    },
    {
      name: 'only-elsewhere',
      query: '{ plants { care { light } } }',
      expected: { data: { plants: [{ care: { light: 2 } }, { care: { light: 9 } }] } },
    },
    {
      name: 'same-value-id-is-no-key',
      query: '{ plants { care { id note } } }',
      expected: {
        data: {
          plants: [
            { care: { id: 'k1', note: 'Fern likes shade' } },
            { care: { id: 'k1', note: 'Cactus likes sun' } },
          ],
        },
      },
    },
    {
      name: 'aliased-parent',
      query: '{ all: plants { how: care { id hint: note l: light } } }',
      expected: {
        data: {
          all: [
            { how: { id: 'k1', hint: 'Fern likes shade', l: 2 } },
            { how: { id: 'k1', hint: 'Cactus likes sun', l: 9 } },
          ],
        },
      },
    },
  ],
};

const films: readonly Row[] = [
  { id: 'f1', title: 'Dawn', genre: { id: 'g1', label: 'drama', blurb: 'Dawn is a drama' } },
  { id: 'f2', title: 'Dusk', genre: { id: 'g2', label: 'noir', blurb: 'Dusk is a noir' } },
];

export const parentEntityDeep: Suite = {
  name: 'parent-entity-deep',
  about:
    'The child is an entity, but its field is only reached over the parent, whose own field comes from a third.',
  subgraphs: {
    index: {
      sdl: `type Query { filmOfTheWeek: Film! }
        type Film @key(fields: "id") { id: ID! }`,
      root: { filmOfTheWeek: { id: 'f2' } },
      entities: { Film: byKey(films, 'id') },
    },
    titles: {
      sdl: `type Film @key(fields: "id") { id: ID! title: String! }`,
      entities: { Film: byKey(films, 'id', 'title') },
    },
    genres: {
      sdl: `type Film @key(fields: "id") { id: ID! genre: Genre! @shareable }
        type Genre @key(fields: "id") { id: ID! label: String! }`,
      entities: {
        Film: ({ id }) => ({ id, genre: { id: (find(films, 'id', id).genre as Row).id } }),
        Genre: ({ id }) => ({ id, label: id === 'g1' ? 'drama' : 'noir' }),
      },
      fields: { Genre: { label: ({ id }) => (id === 'g1' ? 'drama' : 'noir') } },
    },
    blurbs: {
      sdl: `type Film @key(fields: "id") { id: ID! genre: Genre! @shareable }
        type Genre @key(fields: "id", resolvable: false) { id: ID! blurb: String! }`,
      entities: { Film: ({ id }) => ({ id, genre: find(films, 'id', id).genre }) },
    },
  },
  monolith: { filmOfTheWeek: films[1] },
  cases: [
    {
      name: 'blurb',
      query: '{ filmOfTheWeek { genre { blurb } } }',
      expected: { data: { filmOfTheWeek: { genre: { blurb: 'Dusk is a noir' } } } },
    },
    {
      name: 'from-four',
      query: '{ filmOfTheWeek { id title genre { id label blurb } } }',
      expected: {
        data: {
          filmOfTheWeek: {
            id: 'f2',
            title: 'Dusk',
            genre: { id: 'g2', label: 'noir', blurb: 'Dusk is a noir' },
          },
        },
      },
    },
  ],
};

const orders: readonly Row[] = [
  { id: 'o1', buyerId: 'u1', total: 12 },
  { id: 'o2', buyerId: 'u7', total: 30 },
];

export const missingEntities: Suite = {
  name: 'missing-entities',
  about:
    'What a reference leads to is not there: null where that is allowed, else up to where it is, and the rest stays.',
  subgraphs: {
    orders: {
      sdl: `type Query { orders: [Order!]! firstOrder: Order slots: [Order] }
        type Order @key(fields: "id") { id: ID! total: Int! buyer: Buyer! seller: Buyer }
        type Buyer @key(fields: "id") { id: ID! }`,
      root: {
        orders,
        firstOrder: orders[1],
        slots: [orders[0], null, orders[1]],
      },
      fields: { Order: { buyer: ({ buyerId }) => ({ id: buyerId }), seller: () => ({ id: 'u8' }) } },
      entities: { Order: byKey(orders, 'id', 'total', 'buyerId'), Buyer: byKey(orders, 'buyerId') },
    },
    buyers: {
      sdl: `type Buyer @key(fields: "id") { id: ID! name: String! nick: String }`,
      entities: { Buyer: ({ id }) => (id === 'u1' ? { id, name: 'Uma', nick: null } : null) },
    },
  },
  monolith: (() => {
    const unknown = (id: string) => ({
      id,
      nick: null,
      name: () => {
        throw new Error('no such buyer');
      },
    });
    const [first, second] = orders.map((order) => ({
      ...order,
      buyer: order.buyerId === 'u1' ? { id: 'u1', name: 'Uma', nick: null } : unknown('u7'),
      seller: unknown('u8'),
    }));
    return { orders: [first, second], firstOrder: second, slots: [first, null, second] };
  })(),
  cases: [
    {
      name: 'nullable-field-of-nothing',
      query: '{ orders { id buyer { id nick } } }',
      // u7 is known to orders only.
      expected: {
        data: {
          orders: [
            { id: 'o1', buyer: { id: 'u1', nick: null } },
            { id: 'o2', buyer: { id: 'u7', nick: null } },
          ],
        },
      },
    },
    {
      name: 'non-null-field-of-nothing',
      query: '{ firstOrder { id seller { id name } } }',
      expected: { data: { firstOrder: { id: 'o2', seller: null } }, errors: 'any' },
    },
    {
      name: 'up-to-the-nullable-item',
      query: '{ slots { id buyer { name } } }',
      expected: { data: { slots: [{ id: 'o1', buyer: { name: 'Uma' } }, null, null] }, errors: 'any' },
    },
    {
      name: 'up-to-the-data',
      query: '{ orders { buyer { name } } }',
      expected: { data: null, errors: 'any' },
    },
  ],
};

const seats: readonly Row[] = [
  { __typename: 'Guest', id: 'g1', name: 'Ann' },
  { __typename: 'Host', id: 'h1', name: 'Ben' },
];

export const childTypesDiffer: Suite = {
  name: 'child-types-differ',
  about:
    'Two members of a union agree on a field for clients, but not in one subgraph: asked there under one name, it conflicts.',
  subgraphs: {
    guests: {
      sdl: `type Query { guests: [Guest] }
        type Guest @key(fields: "id") { id: ID name: String @shareable }`,
      root: { guests: [{ id: 'g1', name: 'Ann' }] },
      entities: { Guest: byKey(seats, 'id', 'name') },
    },
    table: {
      sdl: `type Query { seats: [Seat!]! }
        union Seat = Guest | Host
        type Guest @key(fields: "id") { id: ID! name: String! @shareable nextTo: [Seat!]! }
        type Host { id: ID name: String nextTo: [Seat!]! }`,
      root: { seats },
      entities: { Guest: byKey(seats, 'id', 'name') },
      fields: {
        Guest: { nextTo: () => [seats[1]] },
        Host: { nextTo: () => [seats[0]] },
      },
    },
  },
  monolith: (() => {
    const guest: Record<string, unknown> = { ...seats[0] };
    const host: Record<string, unknown> = { ...seats[1], nextTo: [guest] };
    guest.nextTo = [host];
    return { guests: [guest], seats: [guest, host] };
  })(),
  cases: [
    {
      name: 'one-level',
      query: '{ guests { id name } seats { ... on Guest { id name } ... on Host { id name } } }',
      expected: {
        data: {
          guests: [{ id: 'g1', name: 'Ann' }],
          seats: [
            { id: 'g1', name: 'Ann' },
            { id: 'h1', name: 'Ben' },
          ],
        },
      },
    },
    {
      name: 'two-levels',
      query: `{ seats {
        ... on Guest { id name nextTo { ... on Guest { id name } ... on Host { id name } } }
        ... on Host { id name nextTo { ... on Guest { id name } ... on Host { id name } } }
      } }`,
      expected: {
        data: {
          seats: [
            { id: 'g1', name: 'Ann', nextTo: [{ id: 'h1', name: 'Ben' }] },
            { id: 'h1', name: 'Ben', nextTo: [{ id: 'g1', name: 'Ann' }] },
          ],
        },
      },
    },
    {
      name: 'three-levels-names-only',
      query: `{ seats {
        ... on Guest { name nextTo { ... on Host { name nextTo { ... on Guest { name } ... on Host { name } } } } }
        ... on Host { name nextTo { ... on Guest { name nextTo { ... on Guest { name } ... on Host { name } } } } }
      } }`,
      expected: {
        data: {
          seats: [
            { name: 'Ann', nextTo: [{ name: 'Ben', nextTo: [{ name: 'Ann' }] }] },
            { name: 'Ben', nextTo: [{ name: 'Ann', nextTo: [{ name: 'Ben' }] }] },
          ],
        },
      },
    },
    {
      name: 'under-an-alias',
      query: '{ seats { __typename ... on Guest { who: name } ... on Host { who: name } } }',
      expected: {
        data: {
          seats: [
            { __typename: 'Guest', who: 'Ann' },
            { __typename: 'Host', who: 'Ben' },
          ],
        },
      },
    },
  ],
};

const stubs: readonly Row[] = [
  { id: 't1', label: 'red', uses: 4 },
  { id: 't2', label: 'blue', uses: 1 },
];

export const stubEntities: Suite = {
  name: 'stub-entities',
  about: 'A subgraph that names entities and resolves none of their keys must never be asked for one.',
  subgraphs: {
    notes: {
      sdl: `type Query { note: Note! }
        type Note @key(fields: "id") { id: ID! tags: [Tag!]! main: Tag }
        type Tag @key(fields: "id", resolvable: false) { id: ID! }`,
      root: { note: { id: 'n1', tags: pickEach(stubs, 'id'), main: { id: 't2' } } },
      entities: { Note: ({ id }) => ({ id, tags: pickEach(stubs, 'id'), main: { id: 't2' } }) },
    },
    tags: {
      sdl: `type Tag @key(fields: "id") { id: ID! label: String! usedBy: [Note!]! }
        type Note @key(fields: "id", resolvable: false) { id: ID! }
        type Query { tag(id: ID!): Tag }`,
      root: { tag: ({ id }: Row) => ({ ...find(stubs, 'id', id), usedBy: [{ id: 'n1' }] }) },
      entities: { Tag: ({ id }) => ({ ...find(stubs, 'id', id), usedBy: [{ id: 'n1' }] }) },
    },
  },
  monolith: (() => {
    const tags: Record<string, unknown>[] = stubs.map((tag) => ({ ...tag }));
    const note = { id: 'n1', tags, main: tags[1] };
    for (const tag of tags) tag.usedBy = [note];
    return { note, tag: ({ id }: Row) => find(tags, 'id', id) };
  })(),
  cases: [
    {
      name: 'named-only',
      query: '{ note { tags { id } } }',
      expected: { data: { note: { tags: [{ id: 't1' }, { id: 't2' }] } } },
    },
    {
      name: 'completed',
      query: '{ note { tags { id label } main { label } } }',
      expected: {
        data: {
          note: {
            tags: [
              { id: 't1', label: 'red' },
              { id: 't2', label: 'blue' },
            ],
            main: { label: 'blue' },
          },
        },
      },
    },
    {
      name: 'around',
      query: '{ tag(id: "t1") { usedBy { main { label usedBy { id } } } } }',
      expected: { data: { tag: { usedBy: [{ main: { label: 'blue', usedBy: [{ id: 'n1' }] } }] } } },
    },
  ],
};
