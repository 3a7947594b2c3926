/** Suites of the federation audit: interfaces that are objects in some subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pick, pickEach } from '../suite.ts';

const accounts: readonly Row[] = [
  { __typename: 'Member', id: 'm1', email: 'm1@x', points: 7, nick: 'Mo', active: true },
  { __typename: 'Editor', id: 'e1', email: 'e1@x', desk: 'news', nick: 'Ed', active: false },
];

export const interfaceObject: Suite = {
  name: 'interface-object',
  about: 'A subgraph adds fields to an interface without knowing its types, and names objects of it whose type has to be found out.',
  subgraphs: {
    accounts: {
      sdl: `type Query { accounts: [Account!]! }
        interface Account @key(fields: "id") { id: ID! email: String! }
        type Member implements Account @key(fields: "id") { id: ID! email: String! points: Int! }
        type Editor implements Account @key(fields: "id") { id: ID! email: String! desk: String! }`,
      root: { accounts: accounts.map(({ nick, active, ...account }) => account) },
      entities: {
        Account: ({ id }) => accounts.find((one) => one.id === id) ?? null,
        Member: byKey(accounts, 'id', 'email', 'points'),
        Editor: byKey(accounts, 'id', 'email', 'desk'),
      },
    },
    nicks: {
      sdl: `type Query { writers: [Account!]! writer(id: ID!): Account }
        type Account @key(fields: "id") @interfaceObject { id: ID! nick: String! }`,
      root: {
        writers: pickEach(accounts, 'id', 'nick'),
        writer: ({ id }: Row) => pick(find(accounts, 'id', id), 'id', 'nick'),
      },
      entities: { Account: byKey(accounts, 'id', 'nick') },
    },
    states: {
      sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! active: Boolean! }`,
      entities: { Account: byKey(accounts, 'id', 'active') },
    },
  },
  monolith: { accounts, writers: accounts, writer: ({ id }: Row) => find(accounts, 'id', id) },
  cases: [
    { name: 'added-field', query: '{ accounts { id nick } }', expected: { data: {accounts: [{id: 'm1',nick: 'Mo'},{id: 'e1',nick: 'Ed'}]} } },
    { name: 'two-added-fields', query: '{ accounts { active nick email } }', expected: { data: {accounts: [{active: true,nick: 'Mo',email: 'm1@x'},{active: false,nick: 'Ed',email: 'e1@x'}]} } },
    { name: 'added-field-in-a-fragment', query: '{ accounts { ... on Member { nick points } ... on Editor { active } } }', expected: { data: {accounts: [{nick: 'Mo',points: 7},{active: false}]} } },
    { name: 'own-field-needs-no-type', query: '{ writers { id nick } }', expected: { data: {writers: [{id: 'm1',nick: 'Mo'},{id: 'e1',nick: 'Ed'}]} } },
    { name: 'type-is-found-out', query: '{ writers { __typename nick } }', expected: { data: {writers: [{__typename: 'Member',nick: 'Mo'},{__typename: 'Editor',nick: 'Ed'}]} } },
    { name: 'field-of-the-interface', query: '{ writers { nick email } }', expected: { data: {writers: [{nick: 'Mo',email: 'm1@x'},{nick: 'Ed',email: 'e1@x'}]} } },
    { name: 'field-of-another-object', query: '{ writers { nick active } }', expected: { data: {writers: [{nick: 'Mo',active: true},{nick: 'Ed',active: false}]} } },
    { name: 'fragments', query: '{ writers { ... on Member { points } ... on Editor { desk } } }', expected: { data: {writers: [{points: 7},{desk: 'news'}]} } },
    { name: 'own-field-in-a-fragment', query: '{ writers { ... on Editor { nick } } }', expected: { data: {writers: [{},{nick: 'Ed'}]} } },
    { name: 'own-field-in-and-out-of-a-fragment', query: '{ writers { id ... on Editor { nick desk } nick } }', expected: { data: {writers: [{id: 'm1',nick: 'Mo'},{id: 'e1',nick: 'Ed',desk: 'news'}]} } },
    { name: 'fragment-of-the-interface', query: '{ writers { ... on Account { nick ... on Member { points active } } } }', expected: { data: {writers: [{nick: 'Mo',points: 7,active: true},{nick: 'Ed'}]} } },
    { name: 'one-of-the-other-type', query: '{ writer(id: "m1") { ... on Editor { desk nick } } }', expected: { data: {writer: {}} } },
    { name: 'typename-twice', query: '{ writer(id: "e1") { kind: __typename __typename ... on Editor { also: __typename } } }', expected: { data: {writer: {kind: 'Editor',__typename: 'Editor',also: 'Editor'}} } },
    { name: 'both-ways-at-once', query: '{ accounts { __typename nick } writers { email ... on Member { points } } }', expected: { data: {accounts: [{__typename: 'Member',nick: 'Mo'},{__typename: 'Editor',nick: 'Ed'}],writers: [{email: 'm1@x',points: 7},{email: 'e1@x'}]} } },
  ],
};

const sensors: readonly Row[] = [
  { __typename: 'Thermometer', id: 's1', name: 'Attic', unit: 'C', label: 'ATTIC', floor: 3 },
  { __typename: 'Scale', id: 's2', name: 'Cellar', unit: 'kg', label: 'CELLAR', floor: -1 },
];

export const interfaceObjectRequires: Suite = {
  name: 'interface-object-requires',
  about: 'A field of an interface object requires a field of the interface.',
  subgraphs: {
    sensors: {
      sdl: `type Query { sensors: [Sensor!]! }
        interface Sensor @key(fields: "id") { id: ID! name: String! unit: String! }
        type Thermometer implements Sensor @key(fields: "id") { id: ID! name: String! unit: String! floor: Int! }
        type Scale implements Sensor @key(fields: "id") { id: ID! name: String! unit: String! }`,
      root: { sensors: sensors.map(({ label, ...sensor }) => sensor) },
      entities: {
        Sensor: ({ id }) => sensors.find((one) => one.id === id) ?? null,
        Thermometer: byKey(sensors, 'id', 'name', 'unit', 'floor'),
        Scale: byKey(sensors, 'id', 'name', 'unit'),
      },
    },
    labels: {
      sdl: `type Query { labelled: [Sensor!]! }
        type Sensor @key(fields: "id") @interfaceObject { id: ID! name: String! @external label: String! @requires(fields: "name") }`,
      root: { labelled: pickEach(sensors, 'id') },
      entities: { Sensor: byKey(sensors, 'id') },
      fields: { Sensor: { label: ({ name }) => (name === undefined ? undefined : String(name).toUpperCase()) } },
    },
  },
  monolith: { sensors, labelled: sensors },
  cases: [
    { name: 'from-the-interface', query: '{ sensors { label } }', expected: { data: {sensors: [{label: 'ATTIC'},{label: 'CELLAR'}]} } },
    { name: 'from-the-object', query: '{ labelled { label } }', expected: { data: {labelled: [{label: 'ATTIC'},{label: 'CELLAR'}]} } },
    { name: 'from-the-object-with-the-input', query: '{ labelled { id name label } }', expected: { data: {labelled: [{id: 's1',name: 'Attic',label: 'ATTIC'},{id: 's2',name: 'Cellar',label: 'CELLAR'}]} } },
    { name: 'in-fragments', query: '{ labelled { ... on Thermometer { floor label } ... on Scale { unit } } }', expected: { data: {labelled: [{floor: 3,label: 'ATTIC'},{unit: 'kg'}]} } },
    { name: 'in-and-out-of-fragments', query: '{ labelled { ... on Thermometer { floor label name } label name } }', expected: { data: {labelled: [{floor: 3,label: 'ATTIC',name: 'Attic'},{label: 'CELLAR',name: 'Cellar'}]} } },
    { name: 'from-the-interface-in-fragments', query: '{ sensors { ... on Scale { label } id ... on Thermometer { floor } } }', expected: { data: {sensors: [{id: 's1',floor: 3},{label: 'CELLAR',id: 's2'}]} } },
    { name: 'both', query: '{ sensors { name label } labelled { unit label } }', expected: { data: {sensors: [{name: 'Attic',label: 'ATTIC'},{name: 'Cellar',label: 'CELLAR'}],labelled: [{unit: 'C',label: 'ATTIC'},{unit: 'kg',label: 'CELLAR'}]} } },
  ],
};

const media: readonly Row[] = [
  { __typename: 'Clip', id: 'v1', title: 'Cats', seconds: 30, artist: 'Ray' },
  { __typename: 'Essay', id: 'v2', title: 'Dogs', words: 800, artist: 'Sue' },
];

export const interfaceObjectIndirect: Suite = {
  name: 'interface-object-indirect',
  about: 'One subgraph adds to the interface, another only refers to it: from there the type is found out and the addition reached.',
  subgraphs: {
    media: {
      sdl: `type Query { newest: Media! }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Clip implements Media @key(fields: "id") { id: ID! title: String! seconds: Int! }
        type Essay implements Media @key(fields: "id") { id: ID! title: String! words: Int! }`,
      root: { newest: media[1] },
      entities: {
        Media: ({ id }) => media.find((one) => one.id === id) ?? null,
        Clip: byKey(media, 'id', 'title', 'seconds'),
        Essay: byKey(media, 'id', 'title', 'words'),
      },
    },
    artists: {
      sdl: `type Media @key(fields: "id") @interfaceObject { id: ID! artist: String! }`,
      entities: { Media: byKey(media, 'id', 'artist') },
    },
    lists: {
      sdl: `type Query { list: List! } type List @key(fields: "id") { id: ID! name: String! media: [Media!]! }
        type Media @key(fields: "id") @interfaceObject { id: ID! }`,
      root: { list: { id: 'l1', name: 'Best', media: pickEach(media, 'id') } },
      entities: { List: ({ id }) => ({ id, name: 'Best', media: pickEach(media, 'id') }), Media: byKey(media, 'id') },
    },
  },
  monolith: { newest: media[1], list: { id: 'l1', name: 'Best', media } },
  cases: [
    { name: 'addition', query: '{ newest { title artist } }', expected: { data: {newest: {title: 'Dogs',artist: 'Sue'}} } },
    { name: 'over-the-reference', query: '{ list { name media { id artist } } }', expected: { data: {list: {name: 'Best',media: [{id: 'v1',artist: 'Ray'},{id: 'v2',artist: 'Sue'}]}} } },
    { name: 'type-over-the-reference', query: '{ list { media { ... on Clip { seconds } } } }', expected: { data: {list: {media: [{seconds: 30},{}]}} } },
    { name: 'addition-of-one-type', query: '{ list { media { ... on Essay { artist words } id } } }', expected: { data: {list: {media: [{id: 'v1'},{artist: 'Sue',words: 800,id: 'v2'}]}} } },
    { name: 'all', query: '{ newest { __typename artist ... on Essay { words } } list { media { title artist __typename } } }', expected: { data: {newest: {__typename: 'Essay',artist: 'Sue',words: 800},list: {media: [{title: 'Cats',artist: 'Ray',__typename: 'Clip'},{title: 'Dogs',artist: 'Sue',__typename: 'Essay'}]}} } },
  ],
};

export const interfaceObjectUnresolvable: Suite = {
  name: 'interface-object-unresolvable',
  about: 'The interface has no types at all: what needs none is answered, and the rest is an error, never silence.',
  subgraphs: {
    plain: {
      sdl: `type Query { item: Item! shape: Shape! }
        interface Shape @key(fields: "id") { id: ID! }
        interface Item @key(fields: "id") { id: ID! }
        type Bread implements Item @key(fields: "id") { id: ID! weight: Int! }`,
      root: { item: { __typename: 'Bread', id: 'b1', weight: 500 }, shape: { id: 'q1' } },
      entities: { Bread: ({ id }) => ({ id, weight: 500 }), Item: ({ id }) => ({ __typename: 'Bread', id, weight: 500 }) },
    },
    added: {
      sdl: `type Query { anyShape: Shape! }
        type Shape @key(fields: "id") @interfaceObject { id: ID! color: String! }
        type Item @key(fields: "id") @interfaceObject { id: ID! price: Int! }`,
      root: { anyShape: { id: 'q1', color: 'red' } },
      entities: { Item: ({ id }) => ({ id, price: 4 }), Shape: ({ id }) => ({ id, color: 'red' }) },
    },
  },
  monolith: { item: { __typename: 'Bread', id: 'b1', weight: 500, price: 4 }, shape: { id: 'q1' } },
  cases: [
    {
      name: 'no-type-needed',
      query: '{ anyShape { id color } }',
      expected: { data: { anyShape: { id: 'q1', color: 'red' } } },
      unlikeMonolith: 'a server without types for an interface has no objects of it',
    },
    {
      name: 'one-field-no-type',
      query: '{ anyShape { color } }',
      expected: { data: { anyShape: { color: 'red' } } },
      unlikeMonolith: 'a server without types for an interface has no objects of it',
    },
    { name: 'without-types', query: '{ shape { id } }', expected: { data: null, errors: true } },
    { name: 'added-field-without-types', query: '{ shape { color } }', expected: { data: null, errors: true } },
    { name: 'over-a-resolvable-one', query: '{ item { id price ... on Bread { weight } } }', expected: { data: {item: {id: 'b1',price: 4,weight: 500}} } },
    { name: 'fragment-over-a-resolvable-one', query: '{ item { ... on Bread { price } } }', expected: { data: {item: {price: 4}} } },
    { name: 'key-in-a-fragment', query: '{ item { ... on Bread { id } } }', expected: { data: {item: {id: 'b1'}} } },
  ],
};
