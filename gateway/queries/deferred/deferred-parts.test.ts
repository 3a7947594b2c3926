/** All parts of an answer, put together, are the whole answer, whatever is deferred where: on made-up operations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';
import { isObject } from '#platform/is-object.ts';
import { HeldFederation } from '#tests/planning/held-federation.ts';
import { toFirstPart, toLaterPart } from '../query-answer.ts';

const operationsMax = 60;

const leaf = fc.constantFrom('id', 'name', 'score', 'other: score', '__typename');
const directive = fc.constantFrom(
  '',
  '@defer',
  '@defer',
  '@defer(if: $later)',
  '@include(if: $later) @defer',
);
const several = (selection: Arbitrary<string>) =>
  fc.array(selection, { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));

/** Selections on a user, fields and fragments inside each other. */
function selectUser(depth: number): Arbitrary<string> {
  if (depth === 0) return leaf;
  const inside = several(fc.oneof(leaf, selectUser(depth - 1)));
  const text = (write: (inside: string) => string) => inside.map(write);
  return fc.oneof(
    leaf,
    text((all) => `friend { ${all} }`),
    text((all) => `rival { ${all} }`),
    text((all) => `reviews { text author { ${all} } }`),
    fc.tuple(directive, inside).map(([one, all]) => `... ${one} { ${all} }`),
    fc.tuple(directive, inside).map(([one, all]) => `... on Being ${one} { ... on User { ${all} } }`),
    fc.tuple(directive, leaf).map(([one]) => `...shared ${one}`),
  );
}

const operation = fc.tuple(...[0, 1, 2].map(() => several(selectUser(3))), directive).map(
  ([one = '', two = '', three = '', rootDirective = '']) => `query ($later: Boolean = true) {
    me { ${one} } users { ${two} } ... ${rootDirective} { beings { name ... on User { ${three} } } }
    motto again: users { ...shared }
  }
  fragment shared on User { ... @include(if: $later) { name } friend { id ... @defer { score } } }`,
);

interface Item {
  readonly path: readonly (string | number)[];
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly unknown[];
}

function put(target: unknown, source: unknown): void {
  assert.ok(isObject(target) && isObject(source));
  for (const [key, value] of Object.entries(source)) {
    const known = target[key];
    if (isObject(known) && isObject(value)) put(known, value);
    else if (Array.isArray(known) && Array.isArray(value) && known.length === value.length)
      for (const [index, item] of value.entries()) {
        if (isObject(item)) put(known[index], item);
        else known[index] = item;
      }
    else target[key] = value;
  }
}

/** What a client has after the last part; each has to have a place when it comes. */
async function assemble(text: string, variables: Record<string, unknown>) {
  const result = await new HeldFederation().ask(text, variables);
  const formatError = ({ message, path }: { message: string; path?: unknown }) =>
    ({ message, path }) as never;
  if (result.kind === 'data')
    return { isInParts: false, data: JSON.parse(result.data), errors: result.errors.map(toText) };
  assert.ok(result.kind === 'parts');
  const { data, errors = [] } = JSON.parse(toFirstPart(result, formatError));
  for (let hasNext = true; hasNext; ) {
    const part = await result.later.next();
    const { incremental = [] } = JSON.parse(toLaterPart(part, formatError)) as { incremental?: Item[] };
    for (const item of incremental) {
      const target = item.path.reduce((value, step) => value[step], data);
      put(target, item.data);
      errors.push(...(item.errors ?? []));
    }
    hasNext = part.hasNext;
  }
  return { isInParts: true, data, errors: errors.map(toText) };
}

function toText({ message, path }: { message: string; path?: unknown }): string {
  return JSON.stringify({ message, path });
}

test('all parts together are the whole answer', async () => {
  let inParts = 0;
  await fc.assert(
    fc.asyncProperty(operation, fc.boolean(), async (text, later) => {
      const whole = await new HeldFederation().askWhole(text, { later });
      assert.ok(whole.kind === 'data', JSON.stringify(whole));
      const assembled = await assemble(text, { later });
      assert.deepEqual(assembled.data, JSON.parse(whole.data));
      assert.deepEqual(new Set(assembled.errors), new Set(whole.errors.map(toText)));
      if (assembled.isInParts) inParts += 1;
    }),
    { numRuns: operationsMax },
  );
  assert.equal(inParts, operationsMax);
});
