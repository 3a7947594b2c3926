/**
 * HISTORY and SEND: the shape of an answer in parts: what each deferred fragment writes, and where in the answer its objects are. Compiled once per operation and
 * values of its conditions by deferred-answer.ts; calls response-writer.ts. Pure.
 */
import type { GraphQLCompositeType, SelectionSetNode } from 'graphql';
import { getNamedType, isCompositeType, isUnionType, Kind } from 'graphql';
import { isIncluded } from '../execution/conditions.ts';
import type { SelectionOptions, Write } from '../execution/response-writer.ts';
import { compileResponse } from '../execution/response-writer.ts';
import type { PathStep } from '../planning/plan.ts';
import { findDeferral } from './defer-directive.ts';
import { isAlways, toClientLabel } from './deferred-fragments.ts';

export interface AnswerShape {
  /** All that is not deferred. */
  readonly write: Write;
  readonly parts: ReadonlyMap<string, PartShape>;
}

export interface PartShape {
  /** Null when the client has given none. */
  readonly label: string | null;
  /** From the root to its objects. */
  readonly path: readonly PathStep[];
  readonly write: Write;
}

export interface ShapeOptions extends Omit<SelectionOptions, 'deferred'> {
  readonly rootType: GraphQLCompositeType;
  /** Without spreads of fragments that defer something. */
  readonly selectionSet: SelectionSetNode;
  /** Labels of the fragments that are deferred; others are written where they stand. */
  readonly labels: ReadonlySet<string>;
}

interface Found {
  readonly label: string;
  readonly type: GraphQLCompositeType;
  readonly path: readonly PathStep[];
  readonly fragment: { readonly selectionSet: SelectionSetNode } & Parameters<typeof findDeferral>[0];
}

export function compileShape(options: ShapeOptions): AnswerShape {
  const { rootType, selectionSet } = options;
  const found: Found[] = [];
  collect(selectionSet, { type: rootType, path: [] }, { ...options, found });
  const deferred = new Set(found.map(({ fragment }) => fragment));
  const compile = (type: GraphQLCompositeType, selected: SelectionSetNode) =>
    compileResponse(type, selected, { ...options, deferred });
  return {
    write: compile(rootType, selectionSet),
    parts: new Map(
      found.map(({ label, type, path, fragment }) => [
        label,
        { label: toClientLabel(label), path, write: compile(type, fragment.selectionSet) },
      ]),
    ),
  };
}

interface Standpoint {
  readonly type: GraphQLCompositeType;
  readonly path: readonly PathStep[];
}

function collect(
  { selections }: SelectionSetNode,
  { type, path }: Standpoint,
  options: ShapeOptions & { readonly found: Found[] },
): void {
  const { schema, conditions, denied, labels, found } = options;
  for (const selection of selections) {
    if (!isIncluded(selection, conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const definition = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      const inside = definition && getNamedType(definition.type);
      if (selection.selectionSet === undefined || denied.has(selection) || !isCompositeType(inside)) continue;
      const responseKey = (selection.alias ?? selection.name).value;
      const below = { type: inside, path: [...path, { kind: 'Field', responseKey } as const] };
      collect(selection.selectionSet, below, options);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const conditional = schema.getType(selection.typeCondition?.name.value ?? type.name);
      if (!isCompositeType(conditional)) continue;
      const step = { kind: 'Types', typeNames: [conditional.name] } as const;
      // The wider type would say nothing, least of all of an object that comes without its __typename.
      const inside = isAlways(schema, type, conditional)
        ? { type, path }
        : { type: conditional, path: [...path, step] };
      const label = findDeferral(selection)?.label ?? null;
      if (label !== null && labels.has(label)) found.push({ label, ...inside, fragment: selection });
      collect(selection.selectionSet, inside, options);
    }
  }
}
