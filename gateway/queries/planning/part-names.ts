/**
 * HISTORY and SEND: fields that a planner adds with arguments of its own, under names of their own: plans that need one with different arguments can be run together
 * then. Called by plan-parts.ts; pure.
 */
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { EntityFetch, PathStep, PlanNode, Requirement, Rewrite, RootFetch } from './plan.ts';
import { mapFetches } from './plan-fetches.ts';
import { PlanningError } from './planner.ts';

/**
 * With the prefix before the name of each field that the planner has added with arguments, wherever the plan speaks of it. `neededNames`: of fields that planners add;
 * clients' have other keys (client-keys.ts). Throws PlanningError when it is not clear which is meant.
 */
export function nameApart(node: PlanNode, prefix: string, neededNames: ReadonlySet<string>): PlanNode {
  const names = new Set<string>();
  const bareNames = new Set<string>();
  mapFetches(node, (fetch) => {
    visit(parse(fetch.operation, { noLocation: true }), {
      enter: (node) => {
        if (node.kind !== Kind.FIELD || node.alias !== undefined || !neededNames.has(node.name.value)) return;
        (node.arguments?.length ? names : bareNames).add(node.name.value);
      },
    });
    return fetch;
  });
  if (names.size === 0) return node;
  if ([...names].some((name) => bareNames.has(name)))
    throw new PlanningError('failed', 'a needed field with arguments and without');
  return mapFetches(node, (fetch) => renameKeys(fetch, (key) => (names.has(key) ? prefix + key : key)));
}

type RenameKey = (key: string) => string;

function renameKeys(fetch: RootFetch | EntityFetch, rename: RenameKey): RootFetch | EntityFetch {
  const operation = stripIgnoredCharacters(
    print(
      visit(parse(fetch.operation, { noLocation: true }), {
        enter: (node) => {
          if (node.kind !== Kind.FIELD || node.alias !== undefined) return undefined;
          const key = rename(node.name.value);
          return key === node.name.value ? undefined : { ...node, alias: { kind: Kind.NAME, value: key } };
        },
      }),
    ),
  );
  const inRewrite = (rewrite: Rewrite): Rewrite => ({
    ...rewrite,
    path: rewrite.path.map((step) => renameStep(step, rename)),
  });
  if (fetch.kind === 'RootFetch')
    return { ...fetch, operation, outputRewrites: fetch.outputRewrites.map(inRewrite) };
  const groups = fetch.groups.map((group) => ({
    ...group,
    paths: group.paths.map((path) => path.map((step) => renameStep(step, rename))),
    requires: group.requires.map((one) => renameRequirement(one, rename)),
    outputRewrites: group.outputRewrites.map(inRewrite),
  }));
  return { ...fetch, operation, groups };
}

function renameStep<Step extends PathStep>(step: Step, rename: RenameKey): Step {
  return step.kind === 'Field' ? { ...step, responseKey: rename(step.responseKey) } : step;
}

function renameRequirement(requirement: Requirement, rename: RenameKey): Requirement {
  if (requirement.kind === 'Fragment') {
    const selections = requirement.selections.map((one) => renameRequirement(one, rename));
    return { ...requirement, selections };
  }
  const { responseKey, alias } = requirement;
  if (alias !== null) throw new PlanningError('failed', 'a part with two of a required field');
  const key = rename(responseKey);
  return {
    ...requirement,
    alias: key === responseKey ? null : key,
    selections: requirement.selections?.map((one) => renameRequirement(one, rename)) ?? null,
  };
}
