/** Suites of the federation audit: keys that are declared and must not be used, and keys that are null. */
import type { Row, Suite } from '../suite.ts';
import { byKey, pickEach } from '../suite.ts';

const badges: readonly Row[] = [
  { id: 'b1', serial: 'x1', site: { one: 'a', two: 'b', three: 'c' }, holder: 'Kim' },
  { id: 'b2', serial: 'x2', site: { one: 'd', two: 'e', three: 'f' }, holder: 'Lee' },
];

export const keysNotResolvable: Suite = {
  name: 'keys-not-resolvable',
  about:
    'Both subgraphs declare the same keys, each resolves another one: only what is declared resolvable may be sent.',
  subgraphs: {
    people: {
      sdl: `type Badge @key(fields: "id") @key(fields: "serial", resolvable: false)
          @key(fields: "site { one two }", resolvable: false) @key(fields: "id site { two three }", resolvable: false) {
          id: ID! serial: ID! site: Site! holder: String!
        }
        type Site @shareable { one: ID! two: ID! three: ID! }
        type Query { badgeOfTheDay: Badge! }`,
      root: { badgeOfTheDay: badges[1] },
      entities: { Badge: byKey(badges, 'id', 'serial', 'site', 'holder') },
    },
    gate: {
      sdl: `type Query { door: Door! }
        type Door @key(fields: "id") { id: ID! badges: [Badge!]! }
        type Badge @key(fields: "site { one two }", resolvable: false) @key(fields: "id site { two three }")
          @key(fields: "serial", resolvable: false) @key(fields: "id", resolvable: false) {
          id: ID! serial: ID! site: Site! holder: String! @external
          greeting: String! @requires(fields: "holder")
        }
        type Site @shareable { one: ID! two: ID! three: ID! }`,
      root: { door: { id: 'd1', badges: pickEach(badges, 'id', 'serial', 'site') } },
      entities: { Door: ({ id }) => ({ id, badges: [] }), Badge: byKey(badges, 'id', 'serial', 'site') },
      fields: { Badge: { greeting: ({ holder }) => (holder === undefined ? undefined : `Hello ${holder}`) } },
    },
  },
  monolith: {
    badgeOfTheDay: { ...badges[1], greeting: 'Hello Lee' },
    door: { id: 'd1', badges: badges.map((badge) => ({ ...badge, greeting: `Hello ${badge.holder}` })) },
  },
  cases: [
    {
      name: 'by-the-one-that-is',
      query: '{ door { badges { id holder } } }',
      expected: {
        data: {
          door: {
            badges: [
              { id: 'b1', holder: 'Kim' },
              { id: 'b2', holder: 'Lee' },
            ],
          },
        },
      },
    },
    {
      name: 'there-and-back',
      query: '{ door { id badges { id holder greeting } } }',
      expected: {
        data: {
          door: {
            id: 'd1',
            badges: [
              { id: 'b1', holder: 'Kim', greeting: 'Hello Kim' },
              { id: 'b2', holder: 'Lee', greeting: 'Hello Lee' },
            ],
          },
        },
      },
    },
    {
      name: 'back-without-its-key-asked',
      query: '{ door { badges { greeting } } }',
      expected: { data: { door: { badges: [{ greeting: 'Hello Kim' }, { greeting: 'Hello Lee' }] } } },
    },
    {
      name: 'from-the-other-side',
      query: '{ badgeOfTheDay { serial greeting } }',
      expected: { data: { badgeOfTheDay: { serial: 'x2', greeting: 'Hello Lee' } } },
    },
  ],
};

const authors: readonly Row[] = [
  { id: 'a1', pen: 'quill', name: 'Mara' },
  { id: 'a2', pen: null, name: 'Nils' },
  { id: 'a3', pen: 'brush', name: 'Olu' },
];

export const nullKeys: Suite = {
  name: 'null-keys',
  about: 'The key that leads on is null for some: those get null, the others are not disturbed.',
  subgraphs: {
    shelves: {
      sdl: `type Query { shelf: [Slot!]! } type Slot { book: Book! }
        type Book @key(fields: "id") { id: ID! }`,
      root: { shelf: [{ book: { id: 'a1' } }, { book: { id: 'a2' } }, { book: { id: 'a3' } }] },
      entities: { Book: byKey(authors, 'id') },
    },
    titles: {
      sdl: `type Book @key(fields: "id") @key(fields: "pen") { id: ID! pen: ID }`,
      entities: { Book: byKey(authors, 'id', 'id', 'pen') },
    },
    writers: {
      sdl: `type Book @key(fields: "pen") { pen: ID writer: Writer } type Writer { name: String! }`,
      entities: {
        Book: ({ pen }) => {
          const author = authors.find((one) => one.pen === pen && pen !== null);
          return author === undefined ? null : { pen, writer: { name: author.name } };
        },
      },
    },
  },
  monolith: {
    shelf: authors.map(({ id, pen, name }) => ({
      book: { id, pen, writer: pen === null ? null : { name } },
    })),
  },
  cases: [
    {
      name: 'some-lead-nowhere',
      query: '{ shelf { book { id writer { name } } } }',
      expected: {
        data: {
          shelf: [
            { book: { id: 'a1', writer: { name: 'Mara' } } },
            { book: { id: 'a2', writer: null } },
            { book: { id: 'a3', writer: { name: 'Olu' } } },
          ],
        },
      },
    },
    {
      name: 'the-key-itself',
      query: '{ shelf { book { pen writer { name } } } }',
      expected: {
        data: {
          shelf: [
            { book: { pen: 'quill', writer: { name: 'Mara' } } },
            { book: { pen: null, writer: null } },
            { book: { pen: 'brush', writer: { name: 'Olu' } } },
          ],
        },
      },
    },
    {
      name: 'under-an-alias',
      query: '{ shelf { item: book { by: writer { n: name } } } }',
      expected: {
        data: {
          shelf: [{ item: { by: { n: 'Mara' } } }, { item: { by: null } }, { item: { by: { n: 'Olu' } } }],
        },
      },
    },
  ],
};
