/** The simulation itself is tested: it finds each planted mistake within 2,000 schedules, the same ones each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore } from './explore.ts';
import { plantedBugs } from './planted-bugs.ts';

const seed = 1;
const runs = 2_000;

for (const { name, parts, shows } of plantedBugs) {
  test(`${name} is found`, async (t) => {
    const counts = (finding: string) => shows.test(finding);
    const onHistory = () => undefined;
    const found = await explore({ parts, seed, path: null, runs, shrinks: false, counts, onHistory });
    t.diagnostic(`${found.runs} schedules of seed ${seed}: ${found.problem?.split('\n')[0]}`);
    assert.notEqual(found.problem, null);
  });
}
