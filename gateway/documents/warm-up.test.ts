/** Trusted documents before somebody asks for them: each once, in turns of the event loop, and what is wrong is said with the id. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphQLError } from 'graphql';
import { createWarmUp } from './warm-up.ts';

const documents = () => ['a', 'b', 'c'].map((id) => ({ id, text: `{ ${id} }` }));

test('a document that does not fit is told of with its id, the others go on', async () => {
  const told: string[][] = [];
  const checked: string[] = [];
  const planned: string[] = [];
  const check = (text: string) => {
    checked.push(text);
    if (text === '{ a }')
      throw new AggregateError([new GraphQLError('no field a'), new GraphQLError('too deep')]);
  };
  const plan = async (text: string) => {
    planned.push(text);
    if (text === '{ c }') throw new Error('no plan');
  };
  await createWarmUp({
    documents,
    steps: [check, plan],
    onProblem: (id, problems) => told.push([id, ...problems]),
  })();
  assert.deepEqual(checked, ['{ a }', '{ b }', '{ c }']);
  assert.deepEqual(planned, ['{ b }', '{ c }']);
  assert.deepEqual(told, [
    ['a', 'no field a', 'too deep'],
    ['c', 'no plan'],
  ]);
});

test('others have their turn in between, and a newer list is begun instead', async () => {
  const seen: string[] = [];
  const warmUp = createWarmUp({
    documents,
    steps: [(text) => void seen.push(text)],
    onProblem: () => assert.fail('all fit'),
  });
  const first = warmUp();
  assert.deepEqual(seen, []);
  await new Promise((resolve) => setTimeout(resolve, 1));
  const before = seen.length;
  const second = warmUp();
  await Promise.all([first, second]);
  assert.deepEqual(seen.slice(before), ['{ a }', '{ b }', '{ c }']);
});
