/** Every planted bug still fits the source: its patches apply, and change it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { failPoints } from '#platform/fail-points.ts';
import { applyPatches, plantedBugs } from './planted-bugs.ts';
import { faultKinds } from './run-faults.ts';

for (const { name, patches, kinds, points } of plantedBugs) {
  test(`the planted bug fits: ${name}`, () => {
    for (const file of new Set(patches.map((patch) => patch.file))) {
      const source = readFileSync(file, 'utf8');
      assert.notEqual(applyPatches(source, file, patches), source);
    }
    for (const kind of kinds)
      assert.ok(
        faultKinds.some((known) => known.name === kind),
        kind,
      );
    for (const point of points)
      assert.ok(
        failPoints.some((known) => known === point),
        point,
      );
  });
}

test('there are ten', () => {
  assert.equal(plantedBugs.length, 10);
});
