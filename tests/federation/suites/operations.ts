/** Suites of the federation audit: what operations are made of, over the borders of subgraphs. */
import type { Row, Suite } from '../suite.ts';
import { find, pick } from '../suite.ts';

const notes: readonly Row[] = [
  { id: 'n1', text: 'a', tags: ['x', 'y'], grid: [[1, 2], [3]], meta: { deep: { id: 'm1' } } },
  { id: 'n2', text: 'b', tags: [], grid: [[], [4]], meta: null },
];

const echo = ({ input, list, n, f, e, j }: Row) => JSON.stringify({ input, list, n, f, e, j });

export const valuesAndVariables: Suite = {
  name: 'values-and-variables',
  about:
    'Lists in lists, inputs in inputs, enums, custom scalars, defaults and nulls pass through unchanged, also in a second request.',
  subgraphs: {
    notes: {
      sdl: `type Query { notes(first: Int = 2): [Note!]! } scalar Json
        type Note @key(fields: "id") { id: ID! text: String! tags: [String!]! grid: [[Int!]!]! meta: Meta json: Json }
        type Meta { deep: Deep! } type Deep @key(fields: "id") { id: ID! }`,
      root: {
        notes: ({ first }: Row) =>
          notes.slice(0, Number(first)).map((note) => ({ ...note, json: { a: [1, null, { b: note.id }] } })),
      },
      entities: { Note: ({ id }) => ({ ...find(notes, 'id', id), json: null }), Deep: ({ id }) => ({ id }) },
    },
    echo: {
      sdl: `type Note @key(fields: "id") { id: ID! echo(input: Box, list: [[Side!]], n: Int = 7, f: Float, e: Side = LEFT, j: Json): String! }
        type Deep @key(fields: "id") { id: ID! grid: [[Cell]!]! }
        type Cell { id: ID! owner: Note }
        input Box { side: Side! = RIGHT inner: Box list: [Int] j: Json } enum Side { LEFT RIGHT } scalar Json
        type Query { sides: [[Side]]! }`,
      root: { sides: [['LEFT', null], null, []] },
      entities: {
        Note: ({ id }) => ({ id, echo }),
        Deep: ({ id }) => ({ id, grid: [[{ id: 'c1', owner: { id: 'n2' } }, null], []] }),
      },
      fields: {
        Cell: { owner: ({ owner }) => (owner === undefined ? undefined : { ...(owner as Row), echo }) },
      },
    },
  },
  monolith: (() => {
    const all: Record<string, unknown>[] = notes.map((note) => ({
      ...note,
      json: { a: [1, null, { b: note.id }] },
      echo,
    }));
    const [first, second] = all;
    if (first !== undefined)
      first.meta = { deep: { id: 'm1', grid: [[{ id: 'c1', owner: second }, null], []] } };
    return {
      notes: ({ first: count }: Row) => all.slice(0, Number(count)),
      sides: [['LEFT', null], null, []],
    };
  })(),
  cases: [
    {
      name: 'lists-in-lists',
      query: '{ notes { tags grid } sides }',
      expected: {
        data: {
          notes: [
            { tags: ['x', 'y'], grid: [[1, 2], [3]] },
            { tags: [], grid: [[], [4]] },
          ],
          sides: [['LEFT', null], null, []],
        },
      },
    },
    {
      name: 'custom-scalar',
      query: '{ notes(first: 1) { json } }',
      expected: { data: { notes: [{ json: { a: [1, null, { b: 'n1' }] } }] } },
    },
    {
      name: 'literals',
      query:
        '{ notes(first: 1) { echo(input: { inner: { side: LEFT, list: [1, null] } }, list: [[LEFT], null], f: 1.5, e: null) } }',
      expected: {
        data: {
          notes: [
            {
              echo: '{"input":{"side":"RIGHT","inner":{"side":"LEFT","list":[1,null]}},"list":[["LEFT"],null],"n":7,"f":1.5,"e":null}',
            },
          ],
        },
      },
    },
    {
      name: 'variables',
      query:
        'query ($i: Box, $l: [[Side!]], $f: Float, $j: Json) { notes(first: 1) { echo(input: $i, list: $l, f: $f, j: $j) } }',
      variables: { i: { inner: { list: [2] } }, l: [['RIGHT'], null], f: 2, j: { k: ['v', null] } },
      expected: {
        data: {
          notes: [
            {
              echo: '{"input":{"side":"RIGHT","inner":{"side":"RIGHT","list":[2]}},"list":[["RIGHT"],null],"n":7,"f":2,"e":"LEFT","j":{"k":["v",null]}}',
            },
          ],
        },
      },
    },
    {
      name: 'variables-inside-literals',
      query:
        'query ($s: Side!, $n: Int) { notes(first: 1) { echo(input: { side: $s, list: [$n, 3] }, n: $n) } }',
      variables: { s: 'LEFT', n: 5 },
      expected: { data: { notes: [{ echo: '{"input":{"side":"LEFT","list":[5,3]},"n":5,"e":"LEFT"}' }] } },
    },
    {
      name: 'absent-and-null-variables',
      query: 'query ($n: Int, $e: Side, $f: Float = 0.5) { notes(first: 1) { echo(n: $n, e: $e, f: $f) } }',
      variables: { e: null },
      expected: { data: { notes: [{ echo: '{"n":7,"f":0.5,"e":null}' }] } },
    },
    {
      name: 'single-value-for-a-list',
      query: '{ notes(first: 1) { echo(list: LEFT, input: { list: 3 }) } }',
      expected: {
        data: {
          notes: [{ echo: '{"input":{"side":"RIGHT","list":[3]},"list":[["LEFT"]],"n":7,"e":"LEFT"}' }],
        },
      },
    },
    {
      name: 'default-of-a-root-argument',
      query: 'query ($f: Int = 1) { a: notes { id } b: notes(first: $f) { id } }',
      expected: { data: { a: [{ id: 'n1' }, { id: 'n2' }], b: [{ id: 'n1' }] } },
    },
    {
      name: 'entities-in-lists-of-lists',
      query: '{ notes(first: 1) { meta { deep { grid { id owner { text tags } } } } } }',
      expected: {
        data: {
          notes: [{ meta: { deep: { grid: [[{ id: 'c1', owner: { text: 'b', tags: [] } }, null], []] } } }],
        },
      },
    },
    {
      name: 'strings-with-everything',
      query: 'query ($j: Json) { notes(first: 1) { echo(j: $j) x: echo(j: "\\"\\\\ \\u00e9 \\n") } }',
      variables: { j: 'é"\\\n\u2028😀' },
      expected: {
        data: {
          notes: [
            {
              echo: '{"n":7,"e":"LEFT","j":"é\\"\\\\\\n\u2028😀"}',
              x: '{"n":7,"e":"LEFT","j":"\\"\\\\ é \\n"}',
            },
          ],
        },
      },
    },
  ],
};

const songs: readonly Row[] = [
  { id: 's1', name: 'One', plays: 10, by: 'b1' },
  { id: 's2', name: 'Two', plays: 20, by: 'b1' },
];

export const fragmentsAndAliases: Suite = {
  name: 'fragments-and-aliases',
  about: 'Fragments used in several places, selections merged from several sides, names given twice.',
  subgraphs: {
    songs: {
      sdl: `type Query { songs: [Song!]! best: Song! } type Song @key(fields: "id") { id: ID! name(up: Boolean = false): String! by: Band! }
        type Band @key(fields: "id") { id: ID! }`,
      root: { songs: songs.map((song) => named(song)), best: named(songs[1] ?? {}) },
      entities: { Song: ({ id }) => named(find(songs, 'id', id)), Band: ({ id }) => ({ id }) },
      fields: { Song: { by: ({ by }) => ({ id: by }) } },
    },
    plays: {
      sdl: `type Song @key(fields: "id") { id: ID! plays(of: Int = 1): Int! }
        type Band @key(fields: "id") { id: ID! title: String! top: Song! songs: [Song!]! }`,
      entities: {
        Song: ({ id }) => played(find(songs, 'id', id)),
        Band: ({ id }) => ({ id, title: 'Bee', top: played(songs[1] ?? {}), songs: songs.map(played) }),
      },
    },
  },
  monolith: (() => {
    const all: Record<string, unknown>[] = songs.map((song) => ({ ...named(song), ...played(song) }));
    const band = { id: 'b1', title: 'Bee', top: all[1], songs: all };
    for (const song of all) song.by = band;
    return { songs: all, best: all[1] };
  })(),
  cases: [
    {
      name: 'same-field-from-two-sides',
      query: '{ best { by { title } ...A } } fragment A on Song { by { top { name } } by { id } }',
      expected: { data: { best: { by: { title: 'Bee', top: { name: 'Two' }, id: 'b1' } } } },
    },
    {
      name: 'same-fragment-in-two-places',
      query: '{ best { ...S } songs { ...S by { top { ...S } } } } fragment S on Song { name plays }',
      expected: {
        data: {
          best: { name: 'Two', plays: 20 },
          songs: [
            { name: 'One', plays: 10, by: { top: { name: 'Two', plays: 20 } } },
            { name: 'Two', plays: 20, by: { top: { name: 'Two', plays: 20 } } },
          ],
        },
      },
    },
    {
      name: 'one-field-three-times',
      query: '{ best { plays twice: plays(of: 2) thrice: plays(of: 3) name up: name(up: true) } }',
      expected: { data: { best: { plays: 20, twice: 40, thrice: 60, name: 'Two', up: 'TWO' } } },
    },
    {
      name: 'swapped-aliases',
      query: '{ best { plays: name name: plays } }',
      expected: { data: { best: { plays: 'Two', name: 20 } } },
    },
    {
      name: 'aliased-entities-side-by-side',
      query: '{ best { a: by { t: title } b: by { s: songs { p: plays } } } }',
      expected: { data: { best: { a: { t: 'Bee' }, b: { s: [{ p: 10 }, { p: 20 }] } } } },
    },
    {
      name: 'fragment-on-a-root',
      query: 'query Q { ...R } fragment R on Query { best { id } r: songs { plays } }',
      expected: { data: { best: { id: 's2' }, r: [{ plays: 10 }, { plays: 20 }] } },
    },
    {
      name: 'operation-with-a-name',
      query: 'query Weekly_Chart2 { best { name plays } }',
      expected: { data: { best: { name: 'Two', plays: 20 } } },
    },
    {
      name: 'nested-fragments',
      query:
        '{ songs { ...X } } fragment X on Song { by { ...Y } } fragment Y on Band { top { ...Z } } fragment Z on Song { id plays name }',
      expected: {
        data: {
          songs: [
            { by: { top: { id: 's2', plays: 20, name: 'Two' } } },
            { by: { top: { id: 's2', plays: 20, name: 'Two' } } },
          ],
        },
      },
    },
    {
      name: 'order-of-fields',
      query: '{ best { plays id by { songs { plays name id } title id } name } }',
      expected: {
        data: {
          best: {
            plays: 20,
            id: 's2',
            by: {
              songs: [
                { plays: 10, name: 'One', id: 's1' },
                { plays: 20, name: 'Two', id: 's2' },
              ],
              title: 'Bee',
              id: 'b1',
            },
            name: 'Two',
          },
        },
      },
    },
  ],
};

function named(song: Row): Row {
  return {
    ...pick(song, 'id', 'by'),
    name: ({ up }: Row) => (up ? String(song.name).toUpperCase() : song.name),
  };
}

function played(song: Row): Row {
  return { id: song.id, plays: ({ of }: Row) => Number(song.plays) * Number(of) };
}
