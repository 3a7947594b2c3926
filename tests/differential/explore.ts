/** Worlds and operations in them, as many as asked for, each compared: the work of one thread. Called by explore-worker.ts and differential.test.ts. */
import fc from 'fast-check';
import { parse, specifiedRules, validate } from 'graphql';
import { compareCase } from './compare.ts';
import type { Draft } from './made-up-operations.ts';
import { madeUpOperations } from './made-up-operations.ts';
import { makeUpSupergraph } from './made-up-supergraph.ts';
import { toOperationText } from './operation-text.ts';
import type { PlanningProcess } from './planning.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';

export interface Share {
  /** Of the worlds. */
  readonly seeds: readonly number[];
  readonly operationsPerWorld: number;
  readonly planning: PlanningProcess;
}

export interface Found {
  cases: number;
  /** What was seen, and how often. */
  readonly seen: Map<string, number>;
  /** One text for each world in which something could not be explained. */
  readonly problems: string[];
}

const weathers = fc.record({
  kind: fc.constantFrom<Weather['kind']>('fine', 'fine', 'errors', 'errors', 'down', 'wrong'),
  seed: fc.nat(2 ** 31 - 1),
});

export async function explore({ seeds, operationsPerWorld, planning }: Share): Promise<Found> {
  const found: Found = { cases: 0, seen: new Map(), problems: [] };
  for (const seed of seeds) {
    const world = createWorld(makeUpSupergraph(seed), planning);
    if (world === null) note(found, 'a world that does not compose');
    else await exploreWorld(world, { seed, operationsPerWorld, found });
  }
  return found;
}

function note({ seen }: Found, what: string): void {
  seen.set(what, (seen.get(what) ?? 0) + 1);
}

async function exploreWorld(
  world: World,
  { seed, operationsPerWorld, found }: { seed: number; operationsPerWorld: number; found: Found },
): Promise<void> {
  const property = fc.asyncProperty(madeUpOperations(world.api), weathers, async (draft, weather) => {
    const seen = await runCase(world, draft, weather);
    if (seen !== null) found.cases += 1;
    for (const what of seen ?? ['an operation that is not valid']) note(found, what);
  });
  const result = await fc.check(property, { seed, numRuns: operationsPerWorld, endOnFailure: false });
  if (!result.failed) return;
  const [draft, weather] = result.counterexample ?? [];
  if (draft === undefined) return;
  const { text, variables, operationName } = toOperationText(draft, weather?.kind !== 'fine');
  const { errorInstance } = result;
  const reason =
    errorInstance instanceof Error
      ? errorInstance.name === 'Unexplained'
        ? errorInstance.message
        : errorInstance.stack
      : '';
  found.problems.push(
    [
      `world ${seed} (again: DIFFERENTIAL_WORLD=${seed}), weather ${JSON.stringify(weather)}`,
      `${text}\nvariables ${JSON.stringify(variables)}, operation ${operationName}`,
      reason,
    ].join('\n'),
  );
}

/** Null for an operation that is not valid. */
async function runCase(world: World, draft: Draft, weather: Weather): Promise<readonly string[] | null> {
  const { text, variables, operationName } = toOperationText(draft, weather.kind !== 'fine');
  const document = parse(text);
  const [invalid] = validate(world.api, document, specifiedRules);
  if (invalid !== undefined) return null;
  const seen = await compareCase(world, { text, document, variables, operationName, weather });
  return [`weather ${weather.kind}`, ...seen];
}
