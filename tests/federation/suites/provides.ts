/** Suites of the federation audit: what a path provides is taken from there, what it does not is fetched, and nothing is asked that nobody wants. */
import type { Row, Suite } from '../suite.ts';
import { byKey, find, pickEach } from '../suite.ts';

const tracks: readonly Row[] = [
  {
    id: 't1',
    title: 'Rain',
    seconds: 200,
    album: { id: 'a1', title: 'Weather', label: { id: 'l1', name: 'North' } },
  },
  {
    id: 't2',
    title: 'Snow',
    seconds: 180,
    album: { id: 'a1', title: 'Weather', label: { id: 'l1', name: 'North' } },
  },
];

export const providesNested: Suite = {
  name: 'provides-nested',
  about: 'Provided through two entities: the whole way is in one subgraph, but only on this path.',
  subgraphs: {
    charts: {
      sdl: `type Query {
          topTracks: [Track!]! @provides(fields: "title album { title label { name } }")
          newTracks: [Track!]!
        }
        type Track @key(fields: "id") { id: ID! title: String! @external album: Album! @external }
        type Album @key(fields: "id") { id: ID! title: String! @external label: Label! @external }
        type Label @key(fields: "id") { id: ID! name: String! @external }`,
      root: { topTracks: tracks, newTracks: pickEach(tracks, 'id') },
      entities: { Track: byKey(tracks, 'id'), Album: ({ id }) => ({ id }), Label: ({ id }) => ({ id }) },
    },
    music: {
      sdl: `type Track @key(fields: "id") { id: ID! title: String! @shareable seconds: Int! album: Album! @shareable }
        type Album @key(fields: "id") { id: ID! title: String! @shareable year: Int! label: Label! @shareable }
        type Label @key(fields: "id") { id: ID! name: String! @shareable town: String! }`,
      entities: {
        Track: byKey(tracks, 'id', 'title', 'seconds', 'album'),
        Album: ({ id }) => ({ ...(tracks[0]?.album as Row), id, year: 1999 }),
        Label: ({ id }) => ({ id, name: 'North', town: 'Oslo' }),
      },
      fields: { Album: { year: () => 1999 }, Label: { town: () => 'Oslo' } },
    },
  },
  monolith: (() => {
    const all = tracks.map((track) => {
      const album = track.album as Row;
      return { ...track, album: { ...album, year: 1999, label: { ...(album.label as Row), town: 'Oslo' } } };
    });
    return { topTracks: all, newTracks: all };
  })(),
  cases: [
    {
      name: 'all-provided',
      query: '{ topTracks { title album { title label { name } } } }',
      expected: {
        data: {
          topTracks: [
            { title: 'Rain', album: { title: 'Weather', label: { name: 'North' } } },
            { title: 'Snow', album: { title: 'Weather', label: { name: 'North' } } },
          ],
        },
      },
    },
    {
      name: 'keys-of-what-is-provided',
      query: '{ topTracks { id album { id label { id name } } } }',
      expected: {
        data: {
          topTracks: [
            { id: 't1', album: { id: 'a1', label: { id: 'l1', name: 'North' } } },
            { id: 't2', album: { id: 'a1', label: { id: 'l1', name: 'North' } } },
          ],
        },
      },
    },
    {
      name: 'not-provided-here',
      query: '{ newTracks { title album { title label { name } } } }',
      expected: {
        data: {
          newTracks: [
            { title: 'Rain', album: { title: 'Weather', label: { name: 'North' } } },
            { title: 'Snow', album: { title: 'Weather', label: { name: 'North' } } },
          ],
        },
      },
    },
    {
      name: 'partly',
      query: '{ topTracks { seconds title album { year label { town } } } }',
      expected: {
        data: {
          topTracks: [
            { seconds: 200, title: 'Rain', album: { year: 1999, label: { town: 'Oslo' } } },
            { seconds: 180, title: 'Snow', album: { year: 1999, label: { town: 'Oslo' } } },
          ],
        },
      },
    },
    {
      name: 'both-paths',
      query: '{ topTracks { title } newTracks { title seconds } }',
      expected: {
        data: {
          topTracks: [{ title: 'Rain' }, { title: 'Snow' }],
          newTracks: [
            { title: 'Rain', seconds: 200 },
            { title: 'Snow', seconds: 180 },
          ],
        },
      },
    },
  ],
};

const pages: readonly Row[] = [
  { __typename: 'Story', id: 's1', title: 'Fox', teller: { id: 'p1', name: 'Sam' }, words: 900 },
  { __typename: 'Recipe', id: 'r1', title: 'Soup', teller: { id: 'p2', name: 'Tia' }, minutes: 30 },
];

export const providesOnInterface: Suite = {
  name: 'provides-on-interface',
  about: 'Provided below an interface, for all of its types or by fragments for one.',
  subgraphs: {
    front: {
      sdl: `type Query {
          lead: Page! @provides(fields: "teller { name }")
          pages: [Page!]! @provides(fields: "teller { name } ... on Recipe { minutes }")
        }
        interface Page { id: ID! teller: Person! }
        type Story implements Page @key(fields: "id") { id: ID! teller: Person! @shareable }
        type Recipe implements Page @key(fields: "id") { id: ID! teller: Person! @shareable minutes: Int! @external }
        type Person @key(fields: "id") { id: ID! name: String! @external }`,
      root: { lead: pages[0], pages },
      entities: {
        Story: ({ id }) => ({ id, teller: { id: 'p1' } }),
        Recipe: ({ id }) => ({ id, teller: { id: 'p2' } }),
        Person: ({ id }) => ({ id }),
      },
    },
    texts: {
      sdl: `interface Page { id: ID! title: String! teller: Person! }
        type Story implements Page @key(fields: "id") { id: ID! title: String! teller: Person! @shareable words: Int! }
        type Recipe implements Page @key(fields: "id") { id: ID! title: String! teller: Person! @shareable minutes: Int! @shareable }
        type Person @key(fields: "id") { id: ID! name: String! @shareable }`,
      entities: {
        Story: byKey(pages, 'id', 'title', 'teller', 'words'),
        Recipe: byKey(pages, 'id', 'title', 'teller', 'minutes'),
        Person: ({ id }) => ({ id, name: id === 'p1' ? 'Sam' : 'Tia' }),
      },
    },
  },
  monolith: { lead: pages[0], pages },
  cases: [
    {
      name: 'provided',
      query: '{ lead { teller { name } } }',
      expected: { data: { lead: { teller: { name: 'Sam' } } } },
    },
    {
      name: 'provided-in-fragments',
      query: '{ pages { id teller { name } ... on Recipe { minutes } } }',
      expected: {
        data: {
          pages: [
            { id: 's1', teller: { name: 'Sam' } },
            { id: 'r1', teller: { name: 'Tia' }, minutes: 30 },
          ],
        },
      },
    },
    {
      name: 'with-what-is-not',
      query: '{ pages { title teller { id name } ... on Story { words } } }',
      expected: {
        data: {
          pages: [
            { title: 'Fox', teller: { id: 'p1', name: 'Sam' }, words: 900 },
            { title: 'Soup', teller: { id: 'p2', name: 'Tia' } },
          ],
        },
      },
    },
    {
      name: 'on-one-type',
      query: '{ lead { ... on Story { teller { name } words } } }',
      expected: { data: { lead: { teller: { name: 'Sam' }, words: 900 } } },
    },
  ],
};

const results: readonly Row[] = [
  { __typename: 'Song', id: 's1', title: 'Loud', singer: { id: 'i1', name: 'Una' } },
  { __typename: 'Poem', id: 'p1', title: 'Calm', lines: 14 },
];

export const providesOnUnion: Suite = {
  name: 'provides-on-union',
  about: 'Provided for one member of a union; the other has to be fetched.',
  subgraphs: {
    search: {
      sdl: `type Query { found: [Result!]! @provides(fields: "... on Song { title singer { name } }") all: [Result!]! }
        union Result = Song | Poem
        type Song @key(fields: "id") { id: ID! title: String! @external singer: Singer! @external }
        type Poem @key(fields: "id") { id: ID! }
        type Singer @key(fields: "id") { id: ID! name: String! @external }`,
      root: {
        found: [results[0], { __typename: 'Poem', id: 'p1' }],
        all: [
          { __typename: 'Song', id: 's1' },
          { __typename: 'Poem', id: 'p1' },
        ],
      },
      entities: { Song: ({ id }) => ({ id }), Poem: ({ id }) => ({ id }), Singer: ({ id }) => ({ id }) },
    },
    library: {
      sdl: `type Song @key(fields: "id") { id: ID! title: String! @shareable singer: Singer! @shareable }
        type Poem @key(fields: "id") { id: ID! title: String! lines: Int! }
        type Singer @key(fields: "id") { id: ID! name: String! @shareable }`,
      entities: {
        Song: byKey(results, 'id', 'title', 'singer'),
        Poem: byKey(results, 'id', 'title', 'lines'),
        Singer: ({ id }) => ({ id, name: 'Una' }),
      },
    },
  },
  monolith: { found: results, all: results },
  cases: [
    {
      name: 'the-provided-one',
      query: '{ found { ... on Song { title singer { name } } } }',
      expected: { data: { found: [{ title: 'Loud', singer: { name: 'Una' } }, {}] } },
    },
    {
      name: 'both',
      query: '{ found { ... on Song { title } ... on Poem { title } } }',
      expected: { data: { found: [{ title: 'Loud' }, { title: 'Calm' }] } },
    },
    {
      name: 'not-provided-here',
      query: '{ all { ... on Song { title singer { name } } ... on Poem { lines title } } }',
      expected: {
        data: {
          all: [
            { title: 'Loud', singer: { name: 'Una' } },
            { lines: 14, title: 'Calm' },
          ],
        },
      },
    },
    {
      name: 'types-only',
      query: '{ found { __typename ... on Song { id } } all { __typename } }',
      expected: {
        data: {
          found: [{ __typename: 'Song', id: 's1' }, { __typename: 'Poem' }],
          all: [{ __typename: 'Song' }, { __typename: 'Poem' }],
        },
      },
    },
  ],
};

const users: readonly Row[] = [
  { id: 'u1', name: 'Ida', email: 'ida@x', age: 30 },
  { id: 'u2', name: 'Jon', email: 'jon@x', age: 40 },
];
/** `email` is declared as provided, and an error for who asks for it. */
const withoutEmail = users.map(({ id, name }) => ({
  id,
  name,
  email: () => {
    throw new Error('nobody asked for the e-mail address');
  },
}));

export const providesOnlyAsked: Suite = {
  name: 'provides-only-asked',
  about: 'Of what is provided only that is taken which the client wants.',
  subgraphs: {
    teams: {
      sdl: `type Query { lead: User! @provides(fields: "name email") members: [User!]! @provides(fields: "name email") }
        type User @key(fields: "id") { id: ID! name: String! @external email: String! @external }`,
      root: { lead: withoutEmail[0], members: withoutEmail },
    },
    users: {
      sdl: `type User @key(fields: "id") { id: ID! name: String! @shareable email: String! @shareable age: Int! }
        type Query { user(id: ID!): User }`,
      root: { user: ({ id }: Row) => find(users, 'id', id) },
      entities: { User: byKey(users, 'id', 'age') },
    },
  },
  monolith: { lead: users[0], members: users, user: ({ id }: Row) => find(users, 'id', id) },
  cases: [
    { name: 'key', query: '{ lead { id } }', expected: { data: { lead: { id: 'u1' } } } },
    {
      name: 'one-of-two',
      query: '{ lead { id name } }',
      expected: { data: { lead: { id: 'u1', name: 'Ida' } } },
    },
    {
      name: 'under-an-alias',
      query: '{ lead { email: name } }',
      expected: { data: { lead: { email: 'Ida' } } },
    },
    {
      name: 'in-an-inline-fragment',
      query: '{ lead { ... on User { name } } }',
      expected: { data: { lead: { name: 'Ida' } } },
    },
    {
      name: 'in-a-named-fragment',
      query: '{ lead { ...N } } fragment N on User { name }',
      expected: { data: { lead: { name: 'Ida' } } },
    },
    {
      name: 'with-what-is-not-provided',
      query: '{ lead { name age } }',
      expected: { data: { lead: { name: 'Ida', age: 30 } } },
    },
    {
      name: 'in-a-list',
      query: '{ members { name age id } }',
      expected: {
        data: {
          members: [
            { name: 'Ida', age: 30, id: 'u1' },
            { name: 'Jon', age: 40, id: 'u2' },
          ],
        },
      },
    },
    {
      name: 'left-out-by-skip',
      query: '{ lead { id ... on User @skip(if: true) { email } } }',
      expected: { data: { lead: { id: 'u1' } } },
    },
    {
      name: 'left-out-by-include',
      query: 'query ($with: Boolean!) { lead { name email @include(if: $with) } }',
      variables: { with: false },
      expected: { data: { lead: { name: 'Ida' } } },
    },
    {
      name: 'in-fragments-without-types',
      query: '{ lead { ... { name } ... { age } } }',
      expected: { data: { lead: { name: 'Ida', age: 30 } } },
    },
  ],
};
