/** Suites of the federation audit: entities by their keys, from one subgraph to the next. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick, pickEach } from '../suite.ts';

const ships: readonly Row[] = [
  { id: 's1', name: 'Aurora', tons: 900, captainId: 'c1' },
  { id: 's2', name: 'Borealis', tons: 1200, captainId: 'c2' },
];

const captains: readonly Row[] = [
  { id: 'c1', name: 'Ada', rank: 3 },
  { id: 'c2', name: 'Bo', rank: 5 },
];

export const entityByKey: Suite = {
  name: 'entity-by-key',
  about: 'A subgraph names an entity by its key, another one has its fields.',
  subgraphs: {
    fleet: {
      sdl: `type Query { ships: [Ship!]! ship(id: ID!): Ship }
        type Ship @key(fields: "id") { id: ID! name: String! captain: Captain! }
        type Captain @key(fields: "id") { id: ID! }`,
      root: {
        ships,
        ship: ({ id }: Row) => ships.find((ship) => ship.id === id) ?? null,
      },
      fields: { Ship: { captain: (ship) => ({ id: ship.captainId }) } },
      entities: { Ship: byKey(ships, 'id', 'name', 'captainId'), Captain: byKey(captains, 'id') },
    },
    crew: {
      sdl: `type Captain @key(fields: "id") { id: ID! name: String! rank: Int! }
        type Query { captains: [Captain!]! }`,
      root: { captains },
      entities: { Captain: byKey(captains, 'id', 'name', 'rank') },
    },
  },
  monolith: {
    ships: ships.map((ship) => ({ ...ship, captain: find(captains, 'id', ship.captainId) })),
    ship: ({ id }: Row) => {
      const ship = ships.find((one) => one.id === id);
      return ship === undefined ? null : { ...ship, captain: find(captains, 'id', ship.captainId) };
    },
    captains,
  },
  cases: [
    {
      name: 'fields-of-the-other',
      query: '{ ships { name captain { name rank } } }',
      expected: {
        data: {
          ships: [
            { name: 'Aurora', captain: { name: 'Ada', rank: 3 } },
            { name: 'Borealis', captain: { name: 'Bo', rank: 5 } },
          ],
        },
      },
    },
    {
      name: 'key-alone-needs-no-second-request',
      query: '{ ships { captain { id } } }',
      expected: { data: { ships: [{ captain: { id: 'c1' } }, { captain: { id: 'c2' } }] } },
    },
    {
      name: 'aliases-on-the-way',
      query: '{ vessel: ship(id: "s2") { title: name by: captain { number: id called: name } } }',
      expected: { data: { vessel: { title: 'Borealis', by: { number: 'c2', called: 'Bo' } } } },
    },
    {
      name: 'nothing-there',
      query: '{ ship(id: "s9") { name captain { name } } }',
      expected: { data: { ship: null } },
    },
    {
      name: 'the-same-entity-from-two-sides',
      query: '{ captains { id name } ships { captain { name } } }',
      expected: {
        data: {
          captains: [
            { id: 'c1', name: 'Ada' },
            { id: 'c2', name: 'Bo' },
          ],
          ships: [{ captain: { name: 'Ada' } }, { captain: { name: 'Bo' } }],
        },
      },
    },
  ],
};

const parcels: readonly Row[] = [
  { id: 'p1', code: 'A-1', hub: 'north', grams: 200, cents: 550 },
  { id: 'p2', code: 'B-7', hub: 'south', grams: 1400, cents: 990 },
];

export const keysInSteps: Suite = {
  name: 'keys-in-steps',
  about: 'No two subgraphs at the ends share a key: the way leads over those that know two.',
  subgraphs: {
    desk: {
      sdl: `type Query { parcels: [Parcel!]! } type Parcel @key(fields: "id") { id: ID! }`,
      root: { parcels: pickEach(parcels, 'id') },
      entities: { Parcel: byKey(parcels, 'id') },
    },
    labels: {
      sdl: `type Parcel @key(fields: "id") @key(fields: "id code") { id: ID! code: String! }`,
      entities: { Parcel: byKey(parcels, 'id', 'code') },
    },
    scales: {
      sdl: `type Parcel @key(fields: "id code") @key(fields: "code hub { name }") {
          id: ID! code: String! hub: Hub! grams: Int!
        }
        type Hub @shareable { name: String! }`,
      entities: {
        Parcel: (reference) => {
          const parcel = find(parcels, 'code', reference.code);
          return { ...pick(parcel, 'id', 'code', 'grams'), hub: { name: parcel.hub } };
        },
      },
    },
    tills: {
      sdl: `type Parcel @key(fields: "code hub { name }") { code: String! hub: Hub! cents: Int! }
        type Hub @shareable { name: String! }
        type Query { dearest: Parcel! }`,
      root: { dearest: { code: 'B-7', hub: { name: 'south' }, cents: 990 } },
      entities: {
        Parcel: ({ code, hub }) => {
          const parcel = parcels.find((one) => one.code === code && one.hub === (hub as Row).name);
          return parcel === undefined ? null : { code, hub, cents: parcel.cents };
        },
      },
    },
  },
  monolith: {
    parcels: parcels.map((parcel) => ({ ...parcel, hub: { name: parcel.hub } })),
    dearest: { ...find(parcels, 'id', 'p2'), hub: { name: 'south' } },
  },
  cases: [
    {
      name: 'one-step',
      query: '{ parcels { id code } }',
      expected: {
        data: {
          parcels: [
            { id: 'p1', code: 'A-1' },
            { id: 'p2', code: 'B-7' },
          ],
        },
      },
    },
    {
      name: 'two-steps',
      query: '{ parcels { id grams } }',
      expected: {
        data: {
          parcels: [
            { id: 'p1', grams: 200 },
            { id: 'p2', grams: 1400 },
          ],
        },
      },
    },
    {
      name: 'three-steps',
      query: '{ parcels { cents } }',
      expected: { data: { parcels: [{ cents: 550 }, { cents: 990 }] } },
    },
    {
      name: 'all-of-it',
      query: '{ parcels { cents id hub { name } grams code } }',
      expected: {
        data: {
          parcels: [
            { cents: 550, id: 'p1', hub: { name: 'north' }, grams: 200, code: 'A-1' },
            { cents: 990, id: 'p2', hub: { name: 'south' }, grams: 1400, code: 'B-7' },
          ],
        },
      },
    },
    {
      name: 'the-way-back',
      query: '{ dearest { cents grams id } }',
      expected: { data: { dearest: { cents: 990, grams: 1400, id: 'p2' } } },
    },
  ],
};

const rooms: readonly Row[] = [
  { number: 1, house: { id: 'h1', street: { name: 'Elm' } }, beds: 2, price: 80 },
  { number: 2, house: { id: 'h1', street: { name: 'Elm' } }, beds: 1, price: 60 },
  { number: 1, house: { id: 'h2', street: { name: 'Oak' } }, beds: 4, price: 140 },
];

const isRoom = (reference: Row) => (room: Row) =>
  room.number === reference.number && (room.house as Row).id === (reference.house as Row).id;

export const nestedKeys: Suite = {
  name: 'nested-keys',
  about: 'A key with an object in it: the number alone would give the wrong room.',
  subgraphs: {
    plan: {
      sdl: `type Query { rooms: [Room!]! }
        type Room @key(fields: "number house { id street { name } }") { number: Int! house: House! beds: Int! }
        type House @shareable { id: ID! street: Street! }
        type Street @shareable { name: String! }`,
      root: { rooms: pickEach(rooms, 'number', 'house', 'beds') },
      entities: { Room: (reference) => ({ ...reference, beds: rooms.find(isRoom(reference))?.beds }) },
    },
    rates: {
      sdl: `type Room @key(fields: "number house { id street { name } }") { number: Int! house: House! price: Int! }
        type House @shareable { id: ID! street: Street! }
        type Street @shareable { name: String! }
        type Query { cheapest: Room! }`,
      root: { cheapest: pick(rooms[1] ?? {}, 'number', 'house', 'price') },
      entities: { Room: (reference) => ({ ...reference, price: rooms.find(isRoom(reference))?.price }) },
    },
  },
  monolith: { rooms, cheapest: rooms[1] },
  cases: [
    {
      name: 'over-the-key',
      query: '{ rooms { beds price } }',
      expected: {
        data: {
          rooms: [
            { beds: 2, price: 80 },
            { beds: 1, price: 60 },
            { beds: 4, price: 140 },
          ],
        },
      },
    },
    {
      name: 'part-of-the-key-asked',
      query: '{ rooms { price house { id } } }',
      expected: {
        data: {
          rooms: [
            { price: 80, house: { id: 'h1' } },
            { price: 60, house: { id: 'h1' } },
            { price: 140, house: { id: 'h2' } },
          ],
        },
      },
    },
    {
      name: 'key-under-other-names',
      query: '{ rooms { n: number at: house { street { id: name } } price } }',
      expected: {
        data: {
          rooms: [
            { n: 1, at: { street: { id: 'Elm' } }, price: 80 },
            { n: 2, at: { street: { id: 'Elm' } }, price: 60 },
            { n: 1, at: { street: { id: 'Oak' } }, price: 140 },
          ],
        },
      },
    },
    {
      name: 'from-the-other-side',
      query: '{ cheapest { beds house { street { name } } } }',
      expected: { data: { cheapest: { beds: 1, house: { street: { name: 'Elm' } } } } },
    },
  ],
};
