/**
 * HISTORY: a fetch of several groups of entities -> a fetch for each, `query(...) { _entities(representations: $representations) { ... } }`, which is how the entity
 * cache knows them. Called by cached-entities.ts, once per fetch of a plan. Pure.
 */
import type { DocumentNode, FieldNode, FragmentDefinitionNode, OperationDefinitionNode } from 'graphql';
import { Kind, parse, print } from 'graphql';
import { findVariables } from '#platform/graphql-variables.ts';
import type { EntityFetch, EntityGroup } from '../planning/plan.ts';
import { readFragments } from './pass-through.ts';

export interface EntityOperation {
  readonly group: EntityGroup;
  readonly operation: string;
  /** Names of the client's variables that it takes. */
  readonly variables: readonly string[];
}

const cachedKey = '_entities';
const cachedVariable = 'representations';

export function toEntityOperations({ operation, groups, variables }: EntityFetch): EntityOperation[] {
  const [only] = groups;
  if (
    only !== undefined &&
    groups.length === 1 &&
    only.responseKey === cachedKey &&
    only.variable === cachedVariable
  )
    return [{ group: only, operation, variables }];
  const document = parse(operation, { noLocation: true });
  return groups.map((group) => {
    const own = isolate(document, group);
    const used = new Set(own.definitions.flatMap(findVariables));
    return { group, operation: print(own), variables: variables.filter((name) => used.has(name)) };
  });
}

/** The one field of the group, under the usual names. */
function isolate({ definitions }: DocumentNode, group: EntityGroup): DocumentNode {
  const whole = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const field = whole?.selectionSet.selections.find(
    (one): one is FieldNode => one.kind === Kind.FIELD && (one.alias ?? one.name).value === group.responseKey,
  );
  if (whole === undefined || field === undefined)
    throw new Error(`the fetch does not ask for ${group.responseKey}`);
  const { alias: _alias, ...unaliased } = field;
  const fragments = readFragments(definitions);
  const spread = findSpread(field, fragments);
  const used = new Set([field, ...spread].flatMap(findVariables));
  const operation: OperationDefinitionNode = {
    ...whole,
    variableDefinitions: (whole.variableDefinitions ?? [])
      .filter(({ variable }) => used.has(variable.name.value))
      .map((one) =>
        one.variable.name.value === group.variable ? { ...one, variable: representations } : one,
      ),
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [{ ...unaliased, arguments: [argument] }],
    },
  };
  return { kind: Kind.DOCUMENT, definitions: [operation, ...spread] };
}

const representations = {
  kind: Kind.VARIABLE,
  name: { kind: Kind.NAME, value: cachedVariable },
} as const;
const argument = {
  kind: Kind.ARGUMENT,
  name: { kind: Kind.NAME, value: cachedVariable },
  value: representations,
} as const;

/** Each once, those that are spread in others included. */
function findSpread(
  field: FieldNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const found = new Map<string, FragmentDefinitionNode>();
  const look = ({ selectionSet }: Pick<FieldNode, 'selectionSet'>): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind !== Kind.FRAGMENT_SPREAD) {
        look(selection);
        continue;
      }
      const fragment = fragments.get(selection.name.value);
      if (fragment === undefined || found.has(fragment.name.value)) continue;
      found.set(fragment.name.value, fragment);
      look(fragment);
    }
  };
  look(field);
  return [...found.values()];
}
