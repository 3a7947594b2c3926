/** The compiled execution of subgraphs against graphql-js's own `execute`: the same answers, nulls and errors, on our schemas and on one that has everything. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import fc from 'fast-check';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { buildSchema, execute, getOperationAST, parse, validate } from 'graphql';
import { compileOperation } from '#platform/subgraph/compiled-operation.ts';
import type { RandomOperation } from './random-operations.ts';
import { writeOperation } from './random-operations.ts';
import type { World } from './random-resolvers.ts';
import { addRandomResolvers } from './random-resolvers.ts';

const everything = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  scalar DateTime
  enum Size { SMALL LARGE }
  input Filter { text: String = "any" sizes: [Size!]! = [SMALL] at: DateTime inner: Filter }
  interface Named { name: String! owner(deep: Boolean! = true): Person }
  type Person implements Named @key(fields: "id") {
    id: ID! name: String! owner(deep: Boolean! = true): Person friends: [Person!]! best: Person! born: DateTime
    sizes: [Size] grid: [[Int!]!] things(filter: Filter, first: Int = 3): [Thing]
  }
  type Pet implements Named @key(fields: "id") {
    id: ID! name: String! owner(deep: Boolean! = true): Person weight: Float! isGood: Boolean any: Thing!
  }
  union Thing = Person | Pet
  type Query {
    person(id: ID!): Person people(filter: Filter! = { sizes: [LARGE] }, ids: [ID!]): [Person!]
    thing: Thing! named: [Named!]! when(at: DateTime): DateTime
  }
  type Mutation { rename(id: ID!, name: String!): Person! addAll(filters: [Filter]): [Thing!]! touch: Boolean }
`;

function readSchema(sdl: string): GraphQLSchema {
  const schema = buildSubgraphSchema(parse(sdl));
  addRandomResolvers(schema);
  return schema;
}

const schemas: Readonly<Record<string, GraphQLSchema>> = {
  everything: readSchema(everything),
  ...Object.fromEntries(
    ['auth', 'chat', 'storage'].map((name) => [
      name,
      readSchema(readFileSync(join(import.meta.dirname, `../../schema/${name}.graphql`), 'utf8')),
    ]),
  ),
};

const casesEach = 400;

type Runner = (schema: GraphQLSchema, operation: RandomOperation, world: World) => Promise<ExecutionResult>;

const interpret: Runner = async (schema, { text, variables }, contextValue) =>
  execute({ schema, document: parse(text), variableValues: variables, contextValue });

const runCompiled: Runner = async (schema, { text, variables }, world) => {
  const document = parse(text);
  const operation = getOperationAST(document);
  assert.ok(operation);
  return compileOperation(schema, document, operation)(world, variables);
};

/** Everything but the texts of errors that are our own, and their order: entities are promises, and of those that fail the turns decide who is first. */
function toTold({ data, errors }: ExecutionResult): unknown {
  const told = errors?.map(({ message, path, locations }) =>
    JSON.stringify({ path, locations, message: message.startsWith('boom') ? message : 'other' }),
  );
  return { data: data === undefined ? 'none' : toPlain(data), errors: told?.sort() };
}

/** Where nulls stand for errors: which of several errors under one null is told depends on turns of the event loop. */
function toNulled({ data, errors }: ExecutionResult): unknown {
  const places = (errors ?? []).map(({ path = [] }) => {
    let value = toPlain(data);
    const above = path.findIndex((key) => {
      if (value === null || value === undefined) return true;
      value = (value as Record<string | number, unknown>)[key];
      return false;
    });
    return (above === -1 ? path : path.slice(0, above)).join('.');
  });
  return { data: data === undefined ? 'none' : toPlain(data), places: [...new Set(places)].sort() };
}

function toPlain(data: unknown): unknown {
  return data === undefined ? undefined : JSON.parse(JSON.stringify(data));
}

interface Case {
  readonly schema: GraphQLSchema;
  readonly operation: RandomOperation;
  readonly world: Omit<World, 'calls'>;
}

/** Resolves to how many errors there were. */
async function compare({ schema, operation, world }: Case): Promise<number> {
  const [expected, actual] = await Promise.all(
    [interpret, runCompiled].map(async (run) => {
      const calls: string[] = [];
      const result = await run(schema, operation, { ...world, calls });
      return { result, roots: calls.filter((call) => !call.includes('.')) };
    }),
  );
  assert.ok(expected !== undefined && actual !== undefined);
  const toCompared = world.isAtOnce ? toTold : toNulled;
  assert.deepEqual(toCompared(actual.result), toCompared(expected.result), operation.text);
  assert.deepEqual(actual.roots, expected.roots, operation.text);
  return expected.result.errors?.length ?? 0;
}

for (const [name, schema] of Object.entries(schemas)) {
  for (const kind of ['query', 'mutation'] as const) {
    if (kind === 'mutation' && !schema.getMutationType()) continue;
    test(`${name}: a ${kind} answers as graphql-js answers`, async () => {
      let compared = 0;
      let failed = 0;
      const world = fc.record({
        seed: fc.nat(),
        failureEvery: fc.constantFrom(0, 12, 60),
        isAtOnce: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.gen(), world, async (choose, chosen) => {
          const operation = writeOperation(schema, kind, choose);
          if (validate(schema, parse(operation.text)).length > 0) return;
          compared += 1;
          if ((await compare({ schema, operation, world: chosen })) > 0) failed += 1;
        }),
        { numRuns: casesEach, endOnFailure: true },
      );
      assert.ok(compared > 0.9 * casesEach, `only ${compared} operations were valid`);
      assert.ok(failed > 0.1 * casesEach, `only ${failed} had errors`);
    });
  }
}

test('a list that fails at once while another item fails later is null, and nothing is left unheard', async () => {
  const schema = readSchema(everything);
  const people = schema.getQueryType()?.getFields().people;
  assert.ok(people);
  people.resolve = () => [
    Promise.reject(new Error('boom later')),
    new Error('boom at once'),
    Promise.reject(new Error('boom and not looked at')),
  ];
  const document = parse('{ people { id } }');
  const operation = getOperationAST(document);
  assert.ok(operation);
  const { data, errors } = await compileOperation(schema, document, operation)({}, {});
  assert.deepEqual(JSON.parse(JSON.stringify(data)), { people: null });
  assert.deepEqual(
    errors?.map(({ message, path }) => ({ message, path })),
    [{ message: 'boom at once', path: ['people', 1] }],
  );
});

test('what fails where a null stands already is not told', async () => {
  const schema = buildSchema('type Query { box: Box, slow: Int } type Box { soon: Int!, later: Int }');
  const failIn = (ms: number) => async () => {
    await delay(ms);
    throw new Error(`boom after ${ms} ms`);
  };
  const { box, slow } = schema.getQueryType()?.getFields() ?? {};
  assert.ok(box !== undefined && slow !== undefined);
  box.resolve = () => ({ soon: failIn(1), later: failIn(20) });
  slow.resolve = () => delay(60, 1);
  const operation: RandomOperation = { text: '{ box { soon later } slow }', variables: {} };
  const world: World = { seed: 1, failureEvery: 0, isAtOnce: false, calls: [] };
  const [expected, actual] = await Promise.all(
    [interpret, runCompiled].map(async (run) => toTold(await run(schema, operation, world))),
  );
  assert.deepEqual(actual, expected);
  assert.equal((actual as { errors: unknown[] }).errors.length, 1);
});

test('an answer may have any key', async () => {
  const schema = readSchema(everything);
  const { text, variables } = { text: '{ __proto__: __typename constructor: __typename }', variables: {} };
  const world: World = { seed: 1, failureEvery: 0, isAtOnce: true, calls: [] };
  const [expected, actual] = await Promise.all(
    [interpret, runCompiled].map(async (run) =>
      JSON.stringify(await run(schema, { text, variables }, world)),
    ),
  );
  assert.equal(expected, '{"data":{"__proto__":"Query","constructor":"Query"}}');
  assert.equal(actual, expected);
});
