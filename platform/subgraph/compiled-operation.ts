/**
 * Runs an operation as graphql-js does, with what does not change between requests looked up once: which fields each type has in it, their types, their
 * arguments. A walk of closures, no generated code (decision 7). Compiled by operations.ts once for each operation that a subgraph is asked; told equal
 * to graphql-js's `execute` by tests/conformance/compiled-operation.test.ts.
 */
import type {
  DocumentNode,
  ExecutionResult,
  GraphQLError,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { execute, getVariableValues, isObjectType, Kind, visit } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import type { Run } from './field-plan.ts';
import { isPromise, noteError, planSelection } from './field-plan.ts';

/**
 * Neither throws nor rejects. Without `data` when the variables, which come as the request has them, are not what the operation declares: each of its
 * errors names one.
 */
export type RunOperation = (
  context: unknown,
  variables: Readonly<Record<string, unknown>>,
) => ExecutionResult | Promise<ExecutionResult>;

/** Variables of @skip and @include: each combination of their values is compiled for itself. */
const conditionsMax = 4;

/** The document must be valid, and the operation a query or a mutation of it. */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): RunOperation {
  const interpret: RunOperation = (contextValue, variableValues) =>
    execute({ schema, document, operationName: operation.name?.value, contextValue, variableValues });
  const conditions = findConditions(document);
  if (conditions.length > conditionsMax || hasOddKey(document) || hasTypeTests(schema)) return interpret;
  const compiled = new Map<string, RunCompiled>();
  const definitions = operation.variableDefinitions ?? [];
  return (context, given) => {
    const { coerced, errors } = getVariableValues(schema, definitions, given);
    if (coerced === undefined) return { errors };
    const values = conditions.map((name) => coerced[name]);
    if (!values.every((value) => typeof value === 'boolean')) return interpret(context, given);
    const key = values.join();
    const run = compiled.get(key) ?? compile({ schema, document, operation, conditions: coerced });
    compiled.set(key, run);
    return run({ context, variables: coerced, errors: [], nulled: new Set() });
  };
}

type RunCompiled = (run: Run) => ExecutionResult | Promise<ExecutionResult>;

interface Compiling {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Variables, of which those of @skip and @include are read. */
  readonly conditions: { [name: string]: unknown };
}

function compile({ schema, document, operation, conditions }: Compiling): RunCompiled {
  const fragments = Object.fromEntries(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const root = schema.getRootType(operation.operation);
  if (root === undefined || root === null) throw new Error(`no type for a ${operation.operation}`);
  const rootFields = collectFields(schema, fragments, conditions, root, operation.selectionSet);
  const selection = planSelection({ schema, operation, fragments, conditions }, root, rootFields);
  const isSerial = operation.operation === 'mutation';
  return (run) => {
    const toResult = (data: unknown) => toExecutionResult(run, data);
    const toFailure = (error: unknown) => {
      noteError(run, error as GraphQLError, undefined);
      return toResult(null);
    };
    try {
      const data = isSerial ? selection.runSerially(run) : selection.run(run, undefined, undefined);
      return isPromise(data) ? data.then(toResult, toFailure) : toResult(data);
    } catch (error) {
      return toFailure(error);
    }
  };
}

function toExecutionResult({ errors }: Run, data: unknown): ExecutionResult {
  const result = { data: data as NonNullable<ExecutionResult['data']> };
  return errors.length === 0 ? result : { errors, ...result };
}

/** The variables that say whether a field is skipped. */
function findConditions(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    enter: (node) => {
      if (node.kind !== Kind.DIRECTIVE || !['skip', 'include'].includes(node.name.value)) return;
      for (const { value } of node.arguments ?? [])
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/** An answer's objects are plain ones, in which this key is not a property. */
function hasOddKey(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    enter: (node) => {
      isFound ||= node.kind === Kind.FIELD && node.alias?.value === '__proto__';
    },
  });
  return isFound;
}

function hasTypeTests(schema: GraphQLSchema): boolean {
  return Object.values(schema.getTypeMap()).some(
    (type) => isObjectType(type) && typeof type.isTypeOf === 'function',
  );
}
