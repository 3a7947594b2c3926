/** Answers that are put together from bytes: the same as by way of the plan, and each fetch is sent once, whatever a subgraph says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { SubgraphReply } from '../../traffic/exchange.ts';
import { readFragments } from '../execution/pass-through.ts';
import type { QueryResult } from '../execution/prepared-operation.ts';
import { prepareOperation } from '../execution/prepared-operation.ts';
import { createQuerySchema } from '../execution/query-schema.ts';
import type { EntityFetch, Plan, RootFetch } from '../planning/plan.ts';

const shown = `type Query { room: Room } type Room { title: String! messages: [Message]! }
  type Message { id: ID! text: String sender: Person! kind: Kind }
  type Person { id: ID! name: String age: Int badges: [String!] }`;
const api = buildSchema(`${shown} enum Kind { PLAIN }`);
const supergraph = buildSchema(`${shown} enum Kind { PLAIN HIDDEN }`);
const schema = createQuerySchema({ supergraphSdl: 'type Query { a: Int }', supergraph, api });

const messages = '{ title messages { id text sender { __typename id } kind } }';
const root: RootFetch = {
  ...{ kind: 'RootFetch', subgraph: 'rooms', operationKind: 'query', operationName: null, variables: [] },
  ...{ operation: `{ room ${messages} }`, path: [], outputRewrites: [] },
};
const people: EntityFetch = {
  ...{ kind: 'EntityFetch', subgraph: 'people', operationName: null, variables: [] },
  operation:
    'query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { name age badges } } }',
  groups: [
    {
      ...{ responseKey: '_entities', variable: 'representations', inputRewrites: [], outputRewrites: [] },
      paths: [
        [
          { kind: 'Field', responseKey: 'room' },
          { kind: 'Field', responseKey: 'messages' },
          { kind: 'Items' },
          { kind: 'Field', responseKey: 'sender' },
        ],
      ],
      requires: [
        {
          kind: 'Fragment',
          typeCondition: 'Person',
          selections: ['__typename', 'id'].map((responseKey) => ({
            ...{ kind: 'Field' as const, responseKey, alias: null, selections: null },
          })),
        },
      ],
    },
  ],
};
const plan: Plan = { node: { kind: 'Sequence', nodes: [root, people] } };
const context = {
  identity: { kind: 'anonymous' },
  client: { ipAddress: null, userAgent: null, headers: {} },
} as const;

interface Asked {
  readonly rooms: string;
  readonly people?: string;
  readonly operation?: string;
  readonly status?: number;
}

const operation = '{ room { messages { kind sender { age name id badges __typename } id text } title } }';

/** By way of the plan, as the first time, and then from bytes. */
async function ask({ rooms, people: entities = '', operation: text = operation, status = 200 }: Asked) {
  const document = parse(text);
  const asked = getOperationAST(document);
  if (!asked) throw new Error('no operation');
  const { selectionSet } = asked;
  const fragments = readFragments(document.definitions);
  const sent: string[] = [];
  const prepared = prepareOperation({
    ...{ schema, operation: asked, plan, answerBytesMax: 4_096 },
    visible: { selectionSet, fragments, denied: new Set(), listDenials: () => [] },
    sources: {
      sourceOf: (name) => ({
        send: async ({ body }) => {
          sent.push(body);
          const answer = name === 'rooms' ? rooms : entities;
          if (answer === '') throw new Error(`${name} does not answer`);
          return new SubgraphReply(status, Buffer.from(answer), 'public, max-age=5');
        },
      }),
      cachedSourceOf: null,
    },
  });
  const request = { variables: {}, context };
  const first = await prepared.execute(request);
  const sentFirst = sent.splice(0);
  const second = await prepared.execute(request);
  assert.deepEqual(sent, sentFirst, 'the same is sent, and once');
  assert.deepEqual(read(second), read(first));
  return { ...read(second), kind: second.kind, sent };
}

function read(result: QueryResult) {
  if (result.kind === 'refused') return assert.fail('refused');
  const { kind, cachePolicy } = result;
  // Escapes are as the subgraph has them.
  const data = kind === 'body' ? JSON.stringify(JSON.parse(result.body.toString()).data) : result.data;
  return { data, errors: kind === 'body' ? [] : result.errors.map((error) => error.toJSON()), cachePolicy };
}

const tom = '{"id":"1","text":"a \\"b\\" \\u00e9 ü","sender":{"__typename":"Person","id":"ü1"},"kind":null}';
const ann = '{"id":"2","text":null,"sender":{"__typename":"Person","id":"x"},"kind":"PLAIN"}';
const again = '{"id":"3","text":"","sender":{"__typename":"Person","id":"ü1"},"kind":"PLAIN"}';
const toRooms = (...all: readonly string[]) => `{"data":{"room":{"title":"T","messages":[${all.join()}]}}}`;
const twoPeople =
  '{"data":{"_entities":[{"name":"Tom","age":5,"badges":["a","b"]},{"name":null,"age":null,"badges":null}]}}';

test("fields are in the client's order, every entity is asked for once and stands wherever it belongs", async () => {
  const { data, kind, sent, cachePolicy } = await ask({
    rooms: toRooms(tom, ann, 'null', again),
    people: twoPeople,
  });
  assert.equal(kind, 'body');
  const one = '{"age":5,"name":"Tom","id":"ü1","badges":["a","b"],"__typename":"Person"}';
  const other = '{"age":null,"name":null,"id":"x","badges":null,"__typename":"Person"}';
  const list = [
    `{"kind":null,"sender":${one},"id":"1","text":${JSON.stringify('a "b" é ü')}}`,
    `{"kind":"PLAIN","sender":${other},"id":"2","text":null}`,
    'null',
    `{"kind":"PLAIN","sender":${one},"id":"3","text":""}`,
  ];
  assert.deepEqual(JSON.parse(data), JSON.parse(`{"room":{"messages":[${list.join()}],"title":"T"}}`));
  assert.deepEqual(Object.keys(JSON.parse(data).room.messages[0].sender), [
    'age',
    'name',
    'id',
    'badges',
    '__typename',
  ]);
  assert.deepEqual(JSON.parse(sent[1] ?? '').variables.representations, [
    { __typename: 'Person', id: 'ü1' },
    { __typename: 'Person', id: 'x' },
  ]);
  assert.deepEqual(cachePolicy, { isPublic: true, maxAgeSeconds: 5 });
});

test('where there is nothing to ask for, or nobody of that kind, it is null', async () => {
  assert.deepEqual(await ask({ rooms: '{"data":{"room":null}}' }).then(({ data, kind }) => [data, kind]), [
    '{"room":null}',
    'body',
  ]);
  assert.equal((await ask({ rooms: toRooms() })).kind, 'body');
  const { data, kind } = await ask({ rooms: toRooms(ann), people: '{"data":{"_entities":[null]}}' });
  assert.equal(kind, 'body');
  assert.match(data, /"age":null,"name":null,"id":"x","badges":null/);
});

test('an answer is not longer than it may be, and is not made a second time to find out', async () => {
  const many = new Array(100).fill(ann);
  const entity = `{"name":"${'x'.repeat(100)}","age":1,"badges":[]}`;
  const { errors, data } = await ask({
    rooms: toRooms(...many),
    people: `{"data":{"_entities":[${entity}]}}`,
  });
  assert.equal(data, 'null');
  assert.equal((errors[0] as { extensions?: { code?: string } }).extensions?.code, 'ANSWER_TOO_LARGE');
});

test('keys that are escaped in another way are the same keys', async () => {
  const { sent } = await ask({
    rooms: toRooms(tom, again.replace('ü1', '\\u00fc1')),
    people: '{"data":{"_entities":[{"name":"Tom","age":5,"badges":null}]}}',
  });
  assert.deepEqual(JSON.parse(sent[1] ?? '').variables.representations, [{ __typename: 'Person', id: 'ü1' }]);
});

for (const [what, asked] of [
  [
    'fields in another order',
    { rooms: toRooms(ann.replace('"id":"2","text":null', '"text":null,"id":"2"')) },
  ],
  ['more fields', { rooms: toRooms(ann.replace('{', '{"more":1,')) }],
  ['white space', { rooms: toRooms(ann).replaceAll(':', ': ') }],
  ['another type', { rooms: toRooms(ann.replace('"Person"', '"Robot"')) }],
  ['a value of another type', { rooms: toRooms(ann.replace('"id":"2"', '"id":true')) }],
  ['a value that clients must not see', { rooms: toRooms(ann.replace('PLAIN', 'HIDDEN')) }],
  ['a null where none may be', { rooms: toRooms(ann.replace(/"sender":\{.*?\}/, '"sender":null')) }],
  [
    'an error',
    { rooms: `${toRooms(ann).slice(0, -1)},"errors":[{"message":"no","path":["room","title"]}]}` },
  ],
  ['extensions', { rooms: `${toRooms(ann).slice(0, -1)},"extensions":{}}` }],
  ['another status', { rooms: toRooms(ann), status: 500 }],
  ['no JSON', { rooms: toRooms(ann).slice(0, -1) }],
  ['more than JSON', { rooms: `${toRooms(ann)}x` }],
  ['nothing', { rooms: '' }],
  ['no entities', { rooms: toRooms(ann), people: '' }],
  [
    'too few entities',
    { rooms: toRooms(ann, again), people: '{"data":{"_entities":[{"name":"T","age":1,"badges":[]}]}}' },
  ],
  [
    'an entity that is wrong',
    { rooms: toRooms(ann), people: '{"data":{"_entities":[{"name":"T","age":"1","badges":[]}]}}' },
  ],
  [
    'an error of an entity',
    {
      rooms: toRooms(ann),
      people: '{"errors":[{"message":"no","path":["_entities",0]}],"data":{"_entities":[null]}}',
    },
  ],
] as const satisfies readonly (readonly [string, Asked])[])
  test(`where a subgraph says ${what}, the answer is that of the plan, without asking again`, async () => {
    const good = '{"data":{"_entities":[{"name":"Ann","age":7,"badges":[]}]}}';
    const { kind } = await ask({ people: good, ...asked });
    assert.equal(kind, 'data');
  });
