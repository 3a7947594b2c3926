/** What a subgraph answers over HTTP, beside Apollo Server on the same schema: status, Cache-Control, data, errors and their codes are the same. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { Trace } from '@apollo/usage-reporting-protobuf';
import { parse } from 'graphql';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { TokenVerifier } from '#platform/access-token.ts';
import { TokenRejected } from '#platform/access-token.ts';
import { createErrorMask, createGraphQLError } from '#platform/graphql-errors.ts';
import type { HttpServer, Route } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import type { Authentication } from '#platform/subgraph/authenticate.ts';
import { authenticate } from '#platform/subgraph/authenticate.ts';
import type { SubgraphOptions } from '#platform/subgraph/server.ts';
import { createSubgraph } from '#platform/subgraph/server.ts';
import type { SubgraphContext } from '#schema/context.ts';
import { createSessionId, createUserId } from '#schema/ids.ts';
import { createApolloHandle } from '#tests/harness/apollo-handle.ts';

const internalKey = 'k'.repeat(32);
const bodyBytesMax = 20_000;
const logger = pino({ level: 'silent' });
const userId = createUserId();
const verifier: TokenVerifier = {
  verify: async (token) => {
    if (token !== 'good') throw new TokenRejected('invalid');
    return {
      userId,
      sessionId: createSessionId(),
      tokenId: 't',
      expiresAtMs: Date.now() + 60_000,
      scopes: new Set(),
      policies: new Set(),
    };
  },
};
const authentication: Authentication = { verifier, isRevoked: () => false };

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on
    OBJECT | FIELD_DEFINITION | INTERFACE | UNION
  scalar Even
  type Person @key(fields: "id") @cacheControl(maxAge: 60) {
    id: ID! name: String! secret: String @cacheControl(maxAge: 0) slow: String @cacheControl(maxAge: 5)
    own: String @cacheControl(scope: PRIVATE) home: Place place: Place @cacheControl(maxAge: 30)
    part: Part @cacheControl(inheritMaxAge: true)
  }
  type Robot @key(fields: "id") @cacheControl(maxAge: 10, scope: PRIVATE) { id: ID! name: String! }
  type Silent @key(fields: "id") { id: ID! }
  type Place { name: String! }
  type Part @cacheControl(inheritMaxAge: true) { name: String! }
  union Being = Person | Robot
  type Query {
    me: String person: Person cached: Person @cacheControl(maxAge: 20) being: Being @cacheControl(maxAge: 40)
    nothing: Person @cacheControl(maxAge: 20) even(n: Even): Int text: String @cacheControl(maxAge: 7)
    forbidden: String broken: String! wrong: Int people: [Person!] @cacheControl(maxAge: 9)
  }
  type Mutation { set(n: Int!): Person }
`);

const person = {
  __typename: 'Person',
  id: '1',
  name: 'Ada',
  home: { name: 'here' },
  place: { name: 'there' },
};
const people = { ...person, part: { name: 'arm' }, secret: 's', slow: 'l', own: 'o' };
const resolvers = {
  Even: { parseValue: toEven, serialize: Number },
  Person: { __resolveReference: async ({ id }: { id: string }) => (id === '0' ? null : { ...people, id }) },
  Robot: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'R' }) },
  Query: {
    me: (_root: unknown, _args: unknown, { viewer }: SubgraphContext) => viewer?.userId ?? null,
    person: () => people,
    cached: async () => people,
    being: () => people,
    nothing: () => null,
    people: () => [],
    even: (_root: unknown, { n }: { n: number }) => n,
    text: () => 'text',
    forbidden: () => {
      throw createGraphQLError('FORBIDDEN', 'Not yours.');
    },
    broken: () => Promise.reject(new Error('the password is 1234')),
    wrong: () => 'no number',
  },
  Mutation: { set: () => people },
};

function toEven(value: unknown): number {
  if (typeof value !== 'number' || value % 2 !== 0) throw new Error('It is odd.');
  return value;
}

const options: SubgraphOptions = { typeDefs, resolvers, authentication, internalKey, bodyBytesMax, logger };

/** As subgraphs were served before they had a server of their own. */
async function createApolloRoute(): Promise<Route> {
  const server = new ApolloServer<SubgraphContext>({
    schema: createSubgraph(options).schema,
    introspection: false,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: createErrorMask(logger),
    logger,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  await server.start();
  const handle = createApolloHandle({
    server,
    bodyBytesMax,
    createContext: async ({ headers }) => ({
      viewer: await authenticate(headers.authorization, authentication),
      client: { ipAddress: null, userAgent: null },
    }),
  });
  return { method: 'POST', path: '/graphql', handle };
}

const serverOptions = { host: '127.0.0.1', port: 0, checks: [], metrics: new Registry(), logger };
let ours: HttpServer;
let apollo: HttpServer;
before(async () => {
  ours = await createHttpServer({ ...serverOptions, routes: [createSubgraph(options).route] });
  apollo = await createHttpServer({ ...serverOptions, routes: [await createApolloRoute()] });
});
after(async () => {
  await ours[Symbol.asyncDispose]();
  await apollo[Symbol.asyncDispose]();
});

interface Sent {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask({ port }: HttpServer, { body, headers = {} }: Sent) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-internal-key': internalKey, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    cacheControl: response.headers.get('cache-control'),
    answer: JSON.parse(text) as {
      data?: unknown;
      errors?: { message: string; extensions: { code: string } }[];
    },
  };
}

const reference = (selections: string) =>
  `query ($r: [_Any!]!) { _entities(representations: $r) { ${selections} } }`;
const persons = {
  r: [
    { __typename: 'Person', id: '1' },
    { __typename: 'Person', id: '2' },
  ],
};
const mixed = {
  r: [
    { __typename: 'Robot', id: '1' },
    { __typename: 'Person', id: '2' },
  ],
};

const same: Readonly<Record<string, Sent>> = {
  'a field': { body: { query: '{ me }' } },
  'a viewer': { body: { query: '{ me }' }, headers: { authorization: 'Bearer good' } },
  'a refused token': { body: { query: '{ me }' }, headers: { authorization: 'Bearer bad' } },
  'a refused token and nonsense': { body: { query: '{' }, headers: { authorization: 'Bearer bad' } },
  'a public field': { body: { query: '{ text }' } },
  'a public field and another': { body: { query: '{ text me }' } },
  'a type that is public, at the root': { body: { query: '{ person { id name } }' } },
  'a root field that says for how long': { body: { query: '{ cached { id name } }' } },
  'a field that is for nobody': { body: { query: '{ cached { id secret } }' } },
  'a field for a shorter time': { body: { query: '{ cached { id slow } }' } },
  'a private field': { body: { query: '{ cached { id own } }' } },
  'an object that says nothing': { body: { query: '{ cached { id home { name } } }' } },
  'an object by a field that does': { body: { query: '{ cached { place { name } } }' } },
  'an object that inherits': { body: { query: '{ cached { part { name } } }' } },
  'nothing found': { body: { query: '{ nothing { id } }' } },
  'a union': { body: { query: '{ being { ... on Person { id slow } } }' } },
  'a fragment': { body: { query: '{ cached { ...F } } fragment F on Person { slow ... on Person { id } }' } },
  'a mutation': { body: { query: 'mutation { set(n: 1) { id } }' } },
  __typename: { body: { query: '{ __typename }' } },
  references: { body: { query: reference('__typename ... on Person { id name }'), variables: persons } },
  'a reference to nobody': {
    body: { query: reference('... on Person { id }'), variables: { r: [{ __typename: 'Person', id: '0' }] } },
  },
  'references of two types': {
    body: { query: reference('... on Person { id } ... on Robot { name }'), variables: mixed },
  },
  'references to what says nothing too': {
    body: {
      query: reference('... on Person { id } ... on Silent { id }'),
      variables: { r: [{ __typename: 'Silent', id: '1' }, ...persons.r] },
    },
  },
  'references with a field for nobody': {
    body: { query: reference('... on Person { secret }'), variables: persons },
  },
  'no references': { body: { query: reference('... on Person { id }'), variables: { r: [] } } },
  'a reference to no type': {
    body: { query: reference('__typename'), variables: { r: [{ __typename: 'Nothing', id: '1' }] } },
  },
  'references and a root field': {
    body: {
      query: 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } text }',
      variables: persons,
    },
  },
  'an error of ours': { body: { query: '{ text forbidden }' } },
  'an unexpected error': { body: { query: '{ text broken }' } },
  'a value of the wrong type': { body: { query: '{ text wrong }' } },
  'a syntax error': { body: { query: '{ me ' } },
  'an unknown field': { body: { query: '{ me other }' } },
  'a variable of the wrong type': {
    body: { query: 'query ($n: Even) { even(n: $n) }', variables: { n: 3 } },
  },
  'a missing variable': { body: { query: 'mutation ($n: Int!) { set(n: $n) { id } }' } },
  'a wrong literal': { body: { query: '{ even(n: 3) }' } },
  'several operations and no name': { body: { query: 'query A { me } query B { text }' } },
  'several operations': { body: { query: 'query A { me } query B { text }', operationName: 'B' } },
  'an unknown operation': { body: { query: 'query A { me }', operationName: 'C' } },
  'null where it may be': {
    body: { query: '{ me }', variables: null, operationName: null, extensions: null },
  },
  'the SDL': { body: { query: '{ _service { sdl } }' } },
  'the newer content type': {
    body: { query: '{ me }' },
    headers: { accept: 'application/graphql-response+json' },
  },
  anything: { body: { query: '{ me }' }, headers: { accept: '*/*' } },
};

for (const [name, sent] of Object.entries(same)) {
  test(`the same as Apollo Server's: ${name}`, async () => {
    // Twice: the second time the document is known.
    const [first, second, expected] = [await ask(ours, sent), await ask(ours, sent), await ask(apollo, sent)];
    // Without a header it was not kept either.
    const cacheControl = expected.cacheControl ?? 'no-store';
    assert.deepEqual(first, { ...expected, cacheControl });
    assert.deepEqual(second, first);
  });
}

/** What is refused in other words. */
const refused: Readonly<Record<string, Sent>> = {
  introspection: { body: { query: '{ __schema { types { name } } }' } },
  'a batch': { body: [{ query: '{ me }' }] },
  'no query': { body: {} },
  'an empty query': { body: { query: '' } },
  'a query that is no text': { body: { query: 1 } },
  'variables that are none': { body: { query: '{ me }', variables: 'x' } },
  'variables in a list': { body: { query: '{ me }', variables: [] } },
  'extensions that are none': { body: { query: '{ me }', extensions: 'x' } },
  'an operation name that is none': { body: { query: '{ me }', operationName: 1 } },
  'another content type': { body: '{ "query": "{ me }" }', headers: { 'content-type': 'text/plain' } },
  'no JSON': { body: '{' },
  'no object': { body: 'null' },
  'a body too long': { body: { query: `{ me } #${'x'.repeat(bodyBytesMax)}` } },
};

for (const [name, sent] of Object.entries(refused)) {
  test(`refused as by Apollo Server: ${name}`, async () => {
    const [{ status, answer }, expected] = [await ask(ours, sent), await ask(apollo, sent)];
    const codes = (errors: typeof answer.errors) => errors?.map(({ extensions }) => extensions.code);
    assert.equal(status, expected.status);
    assert.deepEqual(codes(answer.errors)?.[0], codes(expected.answer.errors)?.[0]);
    assert.equal(answer.data, undefined);
  });
}

test('without the internal key nothing is answered', async () => {
  const { status, answer } = await ask(ours, {
    body: { query: '{ me }' },
    headers: { 'x-internal-key': 'other' },
  });
  assert.equal(status, 401);
  assert.equal(answer.errors?.[0]?.extensions.code, 'UNAUTHENTICATED');
});

test('what is no JSON answer for the client is refused', async () => {
  const { status, answer } = await ask(ours, { body: { query: '{ me }' }, headers: { accept: 'text/html' } });
  assert.equal(status, 406);
  assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_REQUEST');
});

test('a subscription is not run over HTTP', async () => {
  const withSubscription = parse('type Query { a: Int } type Subscription { b: Int }');
  const subgraph = createSubgraph({ ...options, typeDefs: withSubscription, resolvers: {} });
  await using server = await createHttpServer({ ...serverOptions, routes: [subgraph.route] });
  const { status, answer } = await ask(server, { body: { query: 'subscription { b }' } });
  assert.equal(status, 400);
  assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
});

test('an APQ client is told to send its query', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  const { status, answer } = await ask(ours, { body: { extensions } });
  assert.equal(status, 200);
  assert.equal(answer.errors?.[0]?.extensions.code, 'PERSISTED_QUERY_NOT_SUPPORTED');
  assert.equal(answer.errors?.[0]?.message, 'PersistedQueryNotSupported');
});

test('a router that asks for it is told how long each field takes, and no message of an error', async () => {
  const sent = { body: { query: '{ cached { slowly: slow place { name } } broken }' } };
  const { port } = ours;
  const headers = {
    'content-type': 'application/json',
    'x-internal-key': internalKey,
    'apollo-federation-include-trace': 'ftv1',
  };
  const url = `http://127.0.0.1:${port}/graphql`;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(sent.body) });
  const { extensions, ...answer } = (await response.json()) as { extensions: { ftv1: string } };
  assert.deepEqual(answer, (await ask(ours, sent)).answer);
  const bytes = Buffer.from(extensions.ftv1, 'base64');
  assert.doesNotMatch(String(bytes), /password/);
  const { root, durationNs } = Trace.decode(bytes);
  const [cached, broken] = root?.child ?? [];
  assert.deepEqual([cached?.responseName, cached?.type, cached?.parentType], ['cached', 'Person', 'Query']);
  const [slowly, place] = cached?.child ?? [];
  assert.deepEqual([slowly?.responseName, slowly?.originalFieldName], ['slowly', 'slow']);
  assert.equal(place?.child?.[0]?.responseName, 'name');
  assert.equal(broken?.error?.[0]?.message, '<masked>');
  assert.ok(Number(durationNs) > 0 && Number(cached?.endTime) >= Number(cached?.startTime));
});
