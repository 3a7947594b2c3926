/**
 * HISTORY and SEND: an operation in which every deferred fragment stands for itself: named fragments that defer something are written out where they are spread, and
 * each `@defer` gets a label of its own, by which the plan and the answer know its part. Called by query-operation.ts once per operation; pure.
 */
import type {
  DirectiveNode,
  DocumentNode,
  GraphQLCompositeType,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import {
  BREAK,
  GraphQLError,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Fragments } from '../execution/pass-through.ts';
import { readFragments } from '../execution/pass-through.ts';
import { findDeferral, isDefer, toDeferDirective } from './defer-directive.ts';

/** Written out, an operation can be much longer than its text. */
const selectionsMax = 20_000;

/** Has the document, or a part of it, a `@defer`? */
export function isDeferring(node: DocumentNode | SelectionSetNode): boolean {
  let found = false;
  visit(node, {
    Directive(directive) {
      found = isDefer(directive);
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/**
 * The same object when nothing is deferred, otherwise the operation alone, with the fragments it still spreads. `if: false` is gone. Throws
 * GRAPHQL_VALIDATION_FAILED when it is too long.
 */
export function labelDeferredFragments(document: DocumentNode, operationName?: string): DocumentNode {
  if (!isDeferring(document)) return document;
  const operation = getOperationAST(document, operationName);
  if (!operation) return document;
  const labelling = new Labelling(readFragments(document.definitions));
  const selectionSet = labelling.write(operation.selectionSet);
  const fragments = document.definitions.filter(
    (one) => one.kind === Kind.FRAGMENT_DEFINITION && !labelling.isWrittenOut(one.name.value),
  );
  return { ...document, definitions: [{ ...operation, selectionSet }, ...fragments] };
}

/**
 * Deferred fragments without a type condition that holds for every object that can be there. Apollo's planner fails on
 * `user { ... on Node @defer { ... on User { age } } }` when `age` is in another subgraph.
 */
export function dropIdleConditions(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const types = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(types, {
      InlineFragment(fragment) {
        const type = types.getParentType();
        const { typeCondition, ...rest } = fragment;
        if (!type || !typeCondition || findDeferral(fragment) === null) return undefined;
        const conditional = schema.getType(typeCondition.name.value);
        return isCompositeType(conditional) && isAlways(schema, type, conditional) ? rest : undefined;
      },
    }),
  );
}

/** Is every object of the one type of the other, too? */
export function isAlways(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  condition: GraphQLCompositeType,
): boolean {
  if (type === condition) return true;
  return isAbstractType(condition) && !isUnionType(type) && schema.isSubType(condition, type);
}

/** The client's label; null when it has given none. */
export function toClientLabel(label: string): string | null {
  const at = label.indexOf(' ');
  return at === -1 ? null : label.slice(at + 1);
}

class Labelling {
  readonly #fragments: Fragments;
  readonly #writtenOut = new Map<string, boolean>();
  #selections = 0;
  #deferrals = 0;

  constructor(fragments: Fragments) {
    this.#fragments = fragments;
  }

  write({ selections }: SelectionSetNode): SelectionSetNode {
    return { kind: Kind.SELECTION_SET, selections: selections.map((selection) => this.#writeOne(selection)) };
  }

  /** Does the fragment defer something, itself or by those it spreads? */
  isWrittenOut(name: string): boolean {
    const known = this.#writtenOut.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    let isDeep = fragment !== undefined && isDeferring(fragment.selectionSet);
    if (fragment !== undefined && !isDeep)
      visit(fragment, {
        FragmentSpread: (spread) => {
          isDeep = this.isWrittenOut(spread.name.value);
          return isDeep ? BREAK : undefined;
        },
      });
    this.#writtenOut.set(name, isDeep);
    return isDeep;
  }

  #writeOne(selection: SelectionNode): SelectionNode {
    this.#selections += 1;
    if (this.#selections > selectionsMax) throw tooLong();
    if (selection.kind === Kind.FIELD) {
      const { selectionSet } = selection;
      return selectionSet === undefined
        ? selection
        : { ...selection, selectionSet: this.write(selectionSet) };
    }
    const directives = this.#label(selection);
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return { ...selection, directives, selectionSet: this.write(selection.selectionSet) };
    const name = selection.name.value;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return selection;
    if (directives === selection.directives && !this.isWrittenOut(name)) return selection;
    const { typeCondition, selectionSet } = fragment;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: this.write(selectionSet) };
  }

  /** The same array when the selection is not deferred. */
  #label(selection: SelectionNode): readonly DirectiveNode[] {
    const { directives = [] } = selection;
    const deferral = findDeferral(selection);
    if (deferral === null) return selection.directives ?? directives;
    const others = directives.filter((directive) => !isDefer(directive));
    if (deferral.condition === false) return others;
    const number = String(this.#deferrals);
    this.#deferrals += 1;
    const label = deferral.label === null ? number : `${number} ${deferral.label}`;
    return [...others, toDeferDirective({ ...deferral, label })];
  }
}

function tooLong(): GraphQLError {
  const message = `An operation with @defer may have ${selectionsMax} selections, fragments spread out.`;
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
