/**
 * LIVE 2/2: makes a subscription of which the gateway itself can go on from any event: the cursor is selected whatever the client selected, and the
 * argument that takes it becomes a variable. What the client gets does not change. Used by generation.ts, once per plan.
 */
import type { CompositeType, Schema, Type } from '@apollo/federation-internals';
import {
  baseType,
  isCompositeType,
  isLeafType,
  isUnionType,
  possibleRuntimeTypes,
} from '@apollo/federation-internals';
import type { FieldNode, OperationDefinitionNode, SelectionNode, VariableDefinitionNode } from 'graphql';
import { Kind, parse, parseType, print, valueFromASTUntyped } from 'graphql';
import { findVariables, pickVariables } from '#platform/graphql-variables.ts';

/** How a federation lets its streams be continued; the names are a convention of its schema. */
export interface ResumeConvention {
  /** Argument of a subscription field: the cursor of the last event seen. */
  readonly argument: string;
  /** Field of the events. */
  readonly cursorField: string;
}

export interface ResumePlan {
  /** The operation for the subgraph. */
  readonly operation: string;
  /** Its variables when it is to go on after `cursor`; null: from where the client asked for. */
  variables(asked: Readonly<Record<string, unknown>>, cursor: string | null): Record<string, unknown>;
  /** The cursor of an event; null when it has none. */
  readCursor(data: Readonly<Record<string, unknown>> | null | undefined): string | null;
}

const cursorAlias = '_resumeCursor';
const afterVariable = '_resumeAfter';

/** Null when the field has no such argument, or no event a cursor. `schema` is that of the subgraph. */
export function planResume(
  operationText: string,
  schema: Schema | null,
  { argument, cursorField }: ResumeConvention,
): ResumePlan | null {
  const document = parse(operationText, { noLocation: true });
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const field = operation?.selectionSet.selections.find((one) => one.kind === Kind.FIELD);
  if (operation === undefined || field === undefined) return null;
  const definition = schema?.schemaDefinition.rootType('subscription')?.field(field.name.value);
  const argumentType = definition?.argument(argument)?.type;
  const selections = toCursorSelections(definition?.type, cursorField);
  if (argumentType === undefined || selections.length === 0) return null;

  const start = field.arguments?.find(({ name }) => name.value === argument)?.value;
  const startName = start?.kind === Kind.VARIABLE ? start.name.value : null;
  const selectionSet = {
    ...operation.selectionSet,
    selections: [withResume(field, { argument, selections })],
  };
  const used = findVariables({ ...operation, selectionSet });
  const declared = (operation.variableDefinitions ?? []).filter(
    ({ variable }) => variable.name.value !== startName || used.includes(startName),
  );
  const names = declared.map(({ variable }) => variable.name.value);
  const rewritten: OperationDefinitionNode = {
    ...operation,
    selectionSet,
    variableDefinitions: [...declared, toDefinition(argumentType.toString())],
  };
  const definitions = document.definitions.map((one) => (one === operation ? rewritten : one));
  const responseKey = field.alias?.value ?? field.name.value;
  return {
    operation: print({ ...document, definitions }),
    variables: (asked, cursor) => {
      const after = cursor ?? (start === undefined ? undefined : valueFromASTUntyped(start, { ...asked }));
      const given = pickVariables(asked, names);
      return after === undefined ? given : { ...given, [afterVariable]: after };
    },
    readCursor: (data) => {
      const event = data?.[responseKey];
      const cursor = typeof event === 'object' && event !== null ? Reflect.get(event, cursorAlias) : null;
      return typeof cursor === 'string' ? cursor : null;
    },
  };
}

function toDefinition(type: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: afterVariable } },
    type: parseType(type),
  };
}

/** The cursor of an object, or of each of the types an event may have. */
function toCursorSelections(type: Type | undefined, cursorField: string): SelectionNode[] {
  const named = type === undefined ? undefined : baseType(type);
  if (named === undefined || !isCompositeType(named)) return [];
  const cursor: FieldNode = {
    kind: Kind.FIELD,
    name: { kind: Kind.NAME, value: cursorField },
    alias: { kind: Kind.NAME, value: cursorAlias },
  };
  if (hasCursor(named, cursorField)) return [cursor];
  const types = possibleRuntimeTypes(named).filter((one) => hasCursor(one, cursorField));
  return types.map(({ name }) => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [cursor] },
  }));
}

function hasCursor(type: CompositeType, cursorField: string): boolean {
  const field = isUnionType(type) ? undefined : type.field(cursorField);
  return field?.type !== undefined && isLeafType(baseType(field.type)) && !field.hasArguments();
}

function withResume(
  field: FieldNode,
  { argument, selections }: { readonly argument: string; readonly selections: readonly SelectionNode[] },
): FieldNode {
  const others = field.arguments?.filter(({ name }) => name.value !== argument) ?? [];
  return {
    ...field,
    arguments: [
      ...others,
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: afterVariable } },
      },
    ],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(field.selectionSet?.selections ?? []), ...selections],
    },
  };
}
