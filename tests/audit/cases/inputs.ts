/** What goes in and comes out: arguments, variables and their coercion, at the source and at fetched fields; scalars and texts. */
import type { AuditCase } from '../case.ts';
import { expect, expectData, expectRefusal } from '../case.ts';
import { shorten } from '../clients/result.ts';
import { spec } from '../sources.ts';
import { oneEvent } from './one-event.ts';

interface Echo extends Pick<AuditCase, 'name' | 'rule' | 'source'> {
  /** Declarations behind `$feed: String!`. */
  readonly declared?: string;
  /** Arguments behind `feed: $feed`. */
  readonly given?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What the source must have been given, over its presets. */
  readonly received: Readonly<Record<string, unknown>>;
}

const presets = { text: 'preset', limit: 10, color: 'RED', colors: ['RED', 'GREEN'] };

/** The source of the subscription answers with its arguments. */
function echo({ declared = '', given = '', received, ...rest }: Echo): AuditCase {
  return oneEvent({
    ...rest,
    query: `subscription ($feed: String! ${declared}) { echoed(feed: $feed ${given}) { received } }`,
    event: null,
    data: { echoed: { received: { ...presets, ...received } } },
  });
}

const atTheSource: readonly AuditCase[] = [
  echo({
    name: 'arguments/presets',
    rule: 'Arguments that are not given have their default values.',
    source: spec.arguments,
    received: {},
  }),
  echo({
    name: 'arguments/literals',
    rule: 'Literals of every kind reach the source.',
    source: spec.arguments,
    given: `text: "a \\"b\\" \\n c" limit: -1 color: BLUE colors: [] matrix: [[1, null], null, []]
      filter: { color: RED nested: { limit: 1 } } json: { a: [1, "b", { c: null }] }`,
    received: {
      text: 'a "b" \n c',
      limit: -1,
      color: 'BLUE',
      colors: [],
      matrix: [[1, null], null, []],
      filter: { color: 'RED', text: 'preset', nested: { color: 'GREEN', text: 'preset', limit: 1 } },
      json: { a: [1, 'b', { c: null }] },
    },
  }),
  echo({
    name: 'arguments/null',
    rule: 'A null that is given is not replaced by the default value.',
    source: spec.arguments,
    given: 'text: null color: null',
    received: { text: null, color: null },
  }),
  echo({
    name: 'variables/every-kind',
    rule: 'Variables of every kind reach the source: lists, enums, input objects, custom scalars.',
    source: spec.variables,
    declared:
      '$text: String $limit: Int $color: Color $colors: [Color!] $matrix: [[Int]] $filter: Filter $json: JSON',
    given:
      'text: $text limit: $limit color: $color colors: $colors matrix: $matrix filter: $filter json: $json',
    variables: {
      text: 'hello',
      limit: 0,
      color: 'GREEN',
      colors: ['BLUE'],
      matrix: [[1], [2, null]],
      filter: { colors: ['RED'], nested: { nested: { limit: 5 } } },
      json: { deep: [{ er: true }] },
    },
    received: {
      text: 'hello',
      limit: 0,
      color: 'GREEN',
      colors: ['BLUE'],
      matrix: [[1], [2, null]],
      filter: {
        color: 'GREEN',
        text: 'preset',
        colors: ['RED'],
        nested: { color: 'GREEN', text: 'preset', nested: { color: 'GREEN', text: 'preset', limit: 5 } },
      },
      json: { deep: [{ er: true }] },
    },
  }),
  echo({
    name: 'variables/defaults',
    rule: 'Variables that are not given have the default values of the operation.',
    source: spec.variables,
    declared: '$text: String = "mine" $color: Color = BLUE $filter: Filter = { limit: 3 }',
    given: 'text: $text color: $color filter: $filter',
    received: { text: 'mine', color: 'BLUE', filter: { color: 'GREEN', text: 'preset', limit: 3 } },
  }),
  echo({
    name: 'variables/not-given',
    rule: 'An argument whose variable is not given and has no default value has its own.',
    source: spec.arguments,
    declared: '$text: String $limit: Int',
    given: 'text: $text limit: $limit',
    received: {},
  }),
  echo({
    name: 'variables/null',
    rule: 'A variable that is null is null, not its default value.',
    source: spec.variables,
    declared: '$text: String = "mine" $limit: Int = 3',
    given: 'text: $text limit: $limit',
    variables: { text: null, limit: null },
    received: { text: null, limit: null },
  }),
  echo({
    name: 'variables/single-item-of-a-list',
    rule: 'A single value for a list is a list of one.',
    source: spec.listCoercion,
    declared: '$colors: [Color!] $matrix: [[Int]]',
    given: 'colors: $colors matrix: $matrix',
    variables: { colors: 'BLUE', matrix: 4 },
    received: { colors: ['BLUE'], matrix: [[4]] },
  }),
  echo({
    name: 'variables/inside-literals',
    rule: 'Variables stand inside lists and input objects.',
    source: spec.inputCoercion,
    declared: '$color: Color! $limit: Int $text: String',
    given: 'colors: [RED, $color] filter: { limit: $limit text: $text nested: { color: $color } }',
    variables: { color: 'BLUE', limit: 2 },
    received: {
      colors: ['RED', 'BLUE'],
      filter: {
        color: 'GREEN',
        text: 'preset',
        limit: 2,
        nested: { color: 'BLUE', text: 'preset' },
      },
    },
  }),
];

interface Refused extends Pick<AuditCase, 'name' | 'rule'> {
  readonly declared: string;
  readonly given: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Variables that can't be coerced are a request error: no source stream. */
function refused({ declared, given, variables, ...rest }: Refused): AuditCase {
  return {
    ...rest,
    source: spec.variables,
    run: async (scene) => {
      const query = `subscription ($feed: String! ${declared}) { echoed(feed: $feed ${given}) { received } }`;
      const socket = await scene.connect();
      const payload = { query, variables: { feed: scene.feed, ...variables } };
      const { operation, end } = await scene.attempt(payload, socket);
      const seen = expectRefusal(operation, end);
      expect(socket.isOpen, 'the socket was closed');
      return seen;
    },
  };
}

const wrongInputs: readonly AuditCase[] = [
  refused({
    name: 'variables/wrong-type',
    rule: 'A variable of the wrong type ends the operation with an error, not the socket.',
    declared: '$limit: Int',
    given: 'limit: $limit',
    variables: { limit: 'many' },
  }),
  refused({
    name: 'variables/required-missing',
    rule: 'So does a required variable that is missing.',
    declared: '$limit: Int!',
    given: 'limit: $limit',
  }),
  refused({
    name: 'variables/unknown-enum-value',
    rule: 'So does a value that the enum does not have.',
    declared: '$filter: Filter',
    given: 'filter: $filter',
    variables: { filter: { color: 'PINK' } },
  }),
];

const greetingQuery = (declared: string, given: string) =>
  `subscription ($feed: String! ${declared}) { productChanged(feed: $feed) { owner { greeting ${given} } } }`;
const greetedEvent = { id: 'p1', owner: { id: 'u1' } };
const greeted = (greeting: object) => ({ productChanged: { owner: { greeting } } });

const atFetchedFields: readonly AuditCase[] = [
  oneEvent({
    name: 'arguments/fetched-field-presets',
    rule: 'Arguments of a field of another subgraph have their default values.',
    source: spec.arguments,
    query: greetingQuery('', ''),
    event: greetedEvent,
    data: greeted({ repeat: 1, words: ['a', 'b'] }),
  }),
  oneEvent({
    name: 'variables/fetched-field',
    rule: 'Variables reach fields of another subgraph, given ones and those with a default value of the operation.',
    source: spec.variables,
    query: greetingQuery(
      '$repeat: Int = 4 $words: [String!] $style: Style',
      '(repeat: $repeat words: $words greeting: { style: $style })',
    ),
    variables: { words: 'only', style: 'LOUD' },
    event: greetedEvent,
    data: greeted({ repeat: 4, words: ['only'], greeting: { word: 'hello', style: 'LOUD' } }),
  }),
  oneEvent({
    name: 'variables/fetched-field-not-given',
    rule: 'A variable that is not given leaves the default value of the argument to the other subgraph.',
    source: spec.arguments,
    query: greetingQuery('$repeat: Int $greeting: Greeting', '(repeat: $repeat greeting: $greeting)'),
    event: greetedEvent,
    data: greeted({ repeat: 1, words: ['a', 'b'] }),
  }),
];

const json = {
  zero: 0,
  half: 0.5,
  no: false,
  nothing: null,
  list: [1, [2, [], {}]],
  id: 'not a key',
  'odd key!': { '': 'empty' },
};
const texts = ['naïve café', '日本語', '🎉👩‍👩‍👧', '\u2028\u2029', '\u0000\u001f"\\/', 'עברית', ''];

const values: readonly AuditCase[] = [
  oneEvent({
    name: 'scalars/beyond-2^53',
    rule: 'A custom scalar that is written as text is not made a number.',
    source: spec.scalars,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { huge owner { name } } }',
    event: { ...greetedEvent, huge: 9007199254740993123n },
    data: { productChanged: { huge: '9007199254740993123', owner: { name: 'name of u1' } } },
  }),
  oneEvent({
    name: 'scalars/json',
    rule: 'A value of a custom scalar passes as it is, whatever is in it.',
    source: spec.scalars,
    query: 'subscription ($feed: String!) { productChanged(feed: $feed) { json owner { name } } }',
    event: { ...greetedEvent, json },
    data: { productChanged: { json, owner: { name: 'name of u1' } } },
  }),
  oneEvent({
    name: 'scalars/text',
    rule: 'Texts of any script, with characters outside the basic plane and control characters, pass unchanged.',
    source: spec.json,
    query: 'subscription ($feed: String!) { productsChanged(feed: $feed) { text owner { id name } } }',
    event: texts.map((text, n) => ({ id: `p${n}`, text, owner: { id: `u ${text}` } })),
    data: {
      productsChanged: texts.map((text) => ({ text, owner: { id: `u ${text}`, name: `name of u ${text}` } })),
    },
  }),
  {
    name: 'scalars/lone-surrogate',
    rule: 'Half a surrogate pair passes, becomes U+FFFD or an error; the stream goes on.',
    source: spec.json,
    run: async (scene) => {
      const query = 'subscription ($feed: String!) { productChanged(feed: $feed) { text } }';
      const operation = await scene.follow(query);
      scene.world.feeds.publish(scene.feed, { id: 'p1', text: 'half \ud83d.' });
      scene.world.feeds.publish(scene.feed, { id: 'p1', text: 'whole' });
      expectData(await operation.result(2), { productChanged: { text: 'whole' } });
      const first = await operation.result();
      const { text } = (first.data?.productChanged ?? {}) as { text?: unknown };
      const isKept = text === 'half \ud83d.' || text === 'half \ufffd.';
      expect(isKept || first.errors !== undefined, shorten(first));
      return isKept ? (text === 'half \ufffd.' ? 'U+FFFD' : 'unchanged') : shorten(first);
    },
  },
];

export const inputCases: readonly AuditCase[] = [
  ...atTheSource,
  ...wrongInputs,
  ...atFetchedFields,
  ...values,
];
