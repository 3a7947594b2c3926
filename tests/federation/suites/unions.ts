/** Suites of the federation audit: unions and interfaces that have other members in other subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { byKey } from '../suite.ts';

const book: Row = { __typename: 'Book', title: 'Sea' };
const song: Row = { __typename: 'Song', title: 'Rain' };
const movie: Row = { __typename: 'Movie', title: 'Dawn' };

export const unionMembersDiffer: Suite = {
  name: 'union-members-differ',
  about:
    'A union has members in one subgraph that another does not know: its fragment must not be sent there.',
  subgraphs: {
    audio: {
      sdl: `type Query { pick: Media @shareable aBook: Book heard: Media viewer: Viewer @shareable }
        union Media = Book | Song
        type Book { title: String! @shareable } type Song { title: String! @shareable }
        type Viewer { latest: Media @shareable song: Media }`,
      root: { pick: book, aBook: book, heard: song, viewer: { latest: book, song } },
    },
    video: {
      sdl: `type Query { pick: Media @shareable seen: Media viewer: Viewer @shareable }
        union Media = Book | Movie
        type Book { title: String! @shareable } type Movie { title: String! }
        type Viewer { latest: Media @shareable movie: Media }`,
      root: { pick: book, seen: movie, viewer: { latest: book, movie } },
    },
  },
  monolith: { pick: book, aBook: book, heard: song, seen: movie, viewer: { latest: book, song, movie } },
  cases: [
    {
      name: 'shared-typename',
      query: '{ pick { __typename } }',
      expected: { data: { pick: { __typename: 'Book' } } },
    },
    {
      name: 'shared-with-all-members',
      query: '{ pick { __typename ... on Book { title } ... on Song { title } ... on Movie { title } } }',
      expected: { data: { pick: { __typename: 'Book', title: 'Sea' } } },
    },
    {
      name: 'shared-with-foreign-members-only',
      query: '{ pick { ... on Song { title } ... on Movie { title } } }',
      expected: { data: { pick: {} } },
    },
    {
      name: 'one-side',
      query: '{ heard { ... on Song { title } } }',
      expected: { data: { heard: { title: 'Rain' } } },
    },
    {
      name: 'one-side-with-a-foreign-member',
      query: '{ heard { __typename ... on Movie { title } } }',
      expected: { data: { heard: { __typename: 'Song' } } },
    },
    {
      name: 'other-side-with-all',
      query: '{ seen { ... on Book { title } ... on Song { title } ... on Movie { title } } }',
      expected: { data: { seen: { title: 'Dawn' } } },
    },
    {
      name: 'both-sides',
      query:
        '{ heard { ... on Song { title } ... on Movie { title } } seen { ... on Song { title } ... on Movie { title } } }',
      expected: { data: { heard: { title: 'Rain' }, seen: { title: 'Dawn' } } },
    },
    {
      name: 'both-sides-under-one-fragment',
      query:
        '{ heard { ...M } seen { ...M } } fragment M on Media { __typename ... on Song { title } ... on Movie { title } }',
      expected: {
        data: { heard: { __typename: 'Song', title: 'Rain' }, seen: { __typename: 'Movie', title: 'Dawn' } },
      },
    },
    {
      name: 'member-as-a-type',
      query: '{ aBook { __typename title } }',
      expected: { data: { aBook: { __typename: 'Book', title: 'Sea' } } },
    },
    {
      name: 'below-a-shared-object',
      query: '{ viewer { latest { ... on Book { title } ... on Movie { title } } } }',
      expected: { data: { viewer: { latest: { title: 'Sea' } } } },
    },
    {
      name: 'each-side-below-a-shared-object',
      query: '{ viewer { song { ... on Song { title } } movie { ... on Movie { title } } } }',
      expected: { data: { viewer: { song: { title: 'Rain' }, movie: { title: 'Dawn' } } } },
    },
    {
      name: 'all-below-a-shared-object',
      query:
        '{ viewer { latest { __typename } song { __typename ... on Movie { title } } movie { __typename ... on Song { title } } } }',
      expected: {
        data: {
          viewer: {
            latest: { __typename: 'Book' },
            song: { __typename: 'Song' },
            movie: { __typename: 'Movie' },
          },
        },
      },
    },
  ],
};

const lamp: Row = { __typename: 'Lamp', id: 'l1', watts: 9 };
const oven: Row = { __typename: 'Oven', id: 'o1', watts: 2000 };
const warranty = (years: number) => years;

export const unionAcrossInterfaces: Suite = {
  name: 'union-across-interfaces',
  about:
    'A type implements an interface in one subgraph and not in the other; fragments on interfaces have to be taken apart.',
  subgraphs: {
    shop: {
      sdl: `type Query { goods: [Good!]! lamps: [Lamp!]! node(id: ID!): Node }
        union Good = Oven | Lamp
        interface Node { id: ID! }
        type Oven @key(fields: "id") { id: ID! }
        type Lamp implements Node @key(fields: "id") { id: ID! }`,
      root: {
        goods: [oven, lamp],
        lamps: [lamp],
        node: ({ id }: Row) => {
          if (id === 'l1') return lamp;
          throw new Error('an oven is no node here');
        },
      },
      entities: { Oven: ({ id }) => ({ id }), Lamp: ({ id }) => ({ id }) },
    },
    service: {
      sdl: `type Query { nodes: [Node!]! }
        interface Node { id: ID! } interface Guaranteed { years: Int! }
        type Oven implements Guaranteed @key(fields: "id") { id: ID! years: Int! watts: Int! }
        type Lamp implements Node & Guaranteed @key(fields: "id") { id: ID! years: Int! watts: Int! }`,
      root: { nodes: [{ ...lamp, years: warranty(2) }] },
      entities: {
        Oven: ({ id }) => ({ id, years: warranty(5), watts: 2000 }),
        Lamp: ({ id }) => ({ id, years: warranty(2), watts: 9 }),
      },
    },
  },
  monolith: (() => {
    const ovens = { ...oven, years: 5 };
    const lamps = { ...lamp, years: 2 };
    const node = ({ id }: Row) => {
      if (id === 'l1') return lamps;
      throw new Error('no node');
    };
    return { goods: [ovens, lamps], lamps: [lamps], nodes: [lamps], node };
  })(),
  cases: [
    {
      name: 'fragment-on-an-interface-some-have',
      query: '{ goods { ... on Node { id } } }',
      expected: { data: { goods: [{}, { id: 'l1' }] } },
    },
    {
      name: 'fragment-on-an-interface-of-the-other',
      query: '{ goods { ... on Guaranteed { years } } }',
      expected: { data: { goods: [{ years: 5 }, { years: 2 }] } },
    },
    {
      name: 'types-behind-the-interface',
      query: '{ nodes { ... on Lamp { years } ... on Guaranteed { __typename } } }',
      expected: { data: { nodes: [{ years: 2, __typename: 'Lamp' }] } },
    },
    { name: 'interface', query: '{ nodes { id } }', expected: { data: { nodes: [{ id: 'l1' }] } } },
    {
      name: 'interface-in-itself',
      query: '{ nodes { ... on Node { id ... on Node { id } } } }',
      expected: { data: { nodes: [{ id: 'l1' }] } },
    },
    {
      name: 'interface-in-another',
      query: '{ nodes { ... on Guaranteed { ... on Node { id } years } } }',
      expected: { data: { nodes: [{ id: 'l1', years: 2 }] } },
    },
    {
      name: 'deep',
      query: '{ goods { ... on Node { ... on Guaranteed { years ... on Lamp { watts } } } } }',
      expected: { data: { goods: [{}, { years: 2, watts: 9 }] } },
    },
    {
      name: 'named-fragments',
      query: '{ lamps { ...L ...N } } fragment L on Lamp { id } fragment N on Node { id __typename }',
      expected: { data: { lamps: [{ id: 'l1', __typename: 'Lamp' }] } },
    },
    {
      name: 'error-of-the-subgraph',
      query: '{ node(id: "o1") { ... on Lamp { years } } }',
      expected: { data: { node: null }, errors: true },
    },
    {
      name: 'over-the-interface',
      query: '{ node(id: "l1") { ... on Lamp { years watts } } }',
      expected: { data: { node: { years: 2, watts: 9 } } },
    },
  ],
};

const note: Row = { __typename: 'Note', text: 'n' };
const task: Row = { __typename: 'Task', due: 'd' };
const call: Row = { __typename: 'Call', phone: 'p' };

export const partialUnion: Suite = {
  name: 'partial-union',
  about:
    'A union below shared and below own fields: which members are possible depends on the way that was taken.',
  subgraphs: {
    desk: {
      sdl: `type Query { desk: Box both: Box @shareable cabinet: Cabinet! }
        type Box @shareable { items: [Item!]! inner: Inner! } type Inner @shareable { items: [Item!]! }
        type Cabinet @key(fields: "id") { id: ID! papers: Box! }
        union Item = Note | Task type Note @shareable { text: String! } type Task { due: String! }`,
      root: {
        desk: { items: [note, task], inner: { items: [note, task] } },
        both: { items: [note], inner: { items: [note] } },
        cabinet: { id: 'c', papers: { items: [task], inner: { items: [task, note] } } },
      },
      entities: { Cabinet: ({ id }) => ({ id, papers: { items: [task], inner: { items: [task, note] } } }) },
    },
    mobile: {
      sdl: `type Query { mobile: Box both: Box @shareable }
        type Box @shareable { items: [Item!]! inner: Inner! } type Inner @shareable { items: [Item!]! }
        type Cabinet @key(fields: "id") { id: ID! calls: Box! }
        union Item = Note | Call type Note @shareable { text: String! } type Call { phone: String! }`,
      root: {
        mobile: { items: [note, call], inner: { items: [note, call] } },
        both: { items: [note], inner: { items: [note] } },
      },
      entities: { Cabinet: ({ id }) => ({ id, calls: { items: [call], inner: { items: [call, note] } } }) },
    },
  },
  monolith: {
    desk: { items: [note, task], inner: { items: [note, task] } },
    mobile: { items: [note, call], inner: { items: [note, call] } },
    both: { items: [note], inner: { items: [note] } },
    cabinet: {
      papers: { items: [task], inner: { items: [task, note] } },
      calls: { items: [call], inner: { items: [call, note] } },
    },
  },
  cases: [
    {
      name: 'own-way',
      query:
        '{ desk { items { __typename ... on Note { text } ... on Task { due } ... on Call { phone } } } }',
      expected: {
        data: {
          desk: {
            items: [
              { __typename: 'Note', text: 'n' },
              { __typename: 'Task', due: 'd' },
            ],
          },
        },
      },
    },
    {
      name: 'other-way',
      query:
        '{ mobile { items { __typename ... on Note { text } ... on Task { due } ... on Call { phone } } } }',
      expected: {
        data: {
          mobile: {
            items: [
              { __typename: 'Note', text: 'n' },
              { __typename: 'Call', phone: 'p' },
            ],
          },
        },
      },
    },
    {
      name: 'both-ways',
      query:
        '{ desk { items { ...I } } mobile { items { ...I } } } fragment I on Item { ... on Task { due } ... on Call { phone } }',
      expected: { data: { desk: { items: [{}, { due: 'd' }] }, mobile: { items: [{}, { phone: 'p' }] } } },
    },
    {
      name: 'shared-way',
      query: '{ both { items { __typename ... on Note { text } ... on Task { due } } } }',
      expected: { data: { both: { items: [{ __typename: 'Note', text: 'n' }] } } },
    },
    {
      name: 'deeper',
      query: '{ desk { inner { items { ... on Task { due } ... on Call { phone } } } } }',
      expected: { data: { desk: { inner: { items: [{}, { due: 'd' }] } } } },
    },
    {
      name: 'foreign-members-only',
      query: '{ mobile { inner { items { __typename ... on Task { due } } } } }',
      expected: { data: { mobile: { inner: { items: [{ __typename: 'Note' }, { __typename: 'Call' }] } } } },
    },
    {
      name: 'over-a-key',
      query: '{ cabinet { calls { items { __typename ... on Call { phone } ... on Task { due } } } } }',
      expected: { data: { cabinet: { calls: { items: [{ __typename: 'Call', phone: 'p' }] } } } },
    },
    {
      name: 'over-a-key-and-here',
      query:
        '{ cabinet { papers { inner { ...In } } calls { inner { ...In } } } } fragment In on Inner { items { ... on Task { due } ... on Call { phone } ... on Note { text } } }',
      expected: {
        data: {
          cabinet: {
            papers: { inner: { items: [{ due: 'd' }, { text: 'n' }] } },
            calls: { inner: { items: [{ phone: 'p' }, { text: 'n' }] } },
          },
        },
      },
    },
  ],
};

const shelf: Row = { id: 's1', name: 'Top' };
const crate: Row = { id: 'c1', name: 'Blue', lid: true };

export const typeOfFieldDiffers: Suite = {
  name: 'type-of-field-differs',
  about: 'A shared field is an interface or a union in one subgraph and one of its types in another.',
  subgraphs: {
    wide: {
      sdl: `type Query { place: Place! @shareable one: Either! @shareable wide: Place! }
        interface Place { id: ID! name: String! }
        union Either = Shelf | Crate
        type Shelf implements Place @key(fields: "id") { id: ID! name: String! @shareable }
        type Crate implements Place @key(fields: "id") { id: ID! name: String! @shareable lid: Boolean! }`,
      root: {
        place: { __typename: 'Shelf', ...shelf },
        one: { __typename: 'Shelf', ...shelf },
        wide: { __typename: 'Crate', ...crate },
      },
      entities: { Shelf: byKey([shelf], 'id', 'name'), Crate: byKey([crate], 'id', 'name', 'lid') },
    },
    narrow: {
      sdl: `type Query { place: Shelf! @shareable one: Shelf! @shareable }
        type Shelf @key(fields: "id") { id: ID! name: String! @shareable rows: Int! }`,
      root: { place: { ...shelf, rows: 4 }, one: { ...shelf, rows: 4 } },
      entities: { Shelf: ({ id }) => ({ id, name: 'Top', rows: 4 }) },
    },
  },
  monolith: (() => {
    const place = { __typename: 'Shelf', ...shelf, rows: 4 };
    return { place, one: place, wide: { __typename: 'Crate', ...crate } };
  })(),
  cases: [
    {
      name: 'common-fields',
      query: '{ place { id name } }',
      expected: { data: { place: { id: 's1', name: 'Top' } } },
    },
    {
      name: 'field-of-the-narrow',
      query: '{ place { ... on Shelf { rows name } } }',
      expected: { data: { place: { rows: 4, name: 'Top' } } },
    },
    {
      name: 'field-of-another-type',
      query: '{ place { __typename ... on Crate { lid } } }',
      expected: { data: { place: { __typename: 'Shelf' } } },
    },
    {
      name: 'union',
      query: '{ one { ... on Shelf { rows id } ... on Crate { lid } } }',
      expected: { data: { one: { rows: 4, id: 's1' } } },
    },
    {
      name: 'wide-only',
      query: '{ wide { name ... on Crate { lid } ... on Shelf { rows } } }',
      expected: { data: { wide: { name: 'Blue', lid: true } } },
    },
  ],
};
