/**
 * LIVE: the subscription documents that gateways send, parsed and validated once each; a gateway sends the same few again and again. Used by
 * websocket.ts.
 */
import type { DocumentNode, GraphQLField, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import {
  defaultFieldResolver,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
  validate,
  visit,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import { badUserInput } from '#platform/graphql-errors.ts';

export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  /** Names the operation and those of its variables that the results of an event depend on; not those that only say which events are wanted. */
  readonly resultKey: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Known {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly resultVariables: readonly string[];
}

export type PrepareOperation = (payload: SubscribePayload) => PreparedOperation | readonly GraphQLError[];

const documentsMax = 1_000;

/** Answers with what is wrong when it can't run. */
export function createPrepareOperation(schema: GraphQLSchema): PrepareOperation {
  const known = new LRUCache<string, Known | readonly GraphQLError[]>({ max: documentsMax });

  function read({ query, operationName }: SubscribePayload): Known | readonly GraphQLError[] {
    try {
      const document = parse(query, { noLocation: true });
      const problems = validate(schema, document);
      if (problems.length > 0) return problems.map(toValidationError);
      const operation = getOperationAST(document, operationName);
      if (operation?.operation !== 'subscription')
        return [badUserInput('Only subscriptions are served here; send queries and mutations over HTTP.')];
      return { document, operation, resultVariables: findResultVariables(schema, document, operation) };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [new GraphQLError(error.message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } })];
    }
  }

  return (payload) => {
    const { query, operationName } = payload;
    const key = `${operationName ?? ''}\n${query}`;
    const read_ = known.get(key) ?? read(payload);
    known.set(key, read_);
    if (!('document' in read_)) return read_;
    const { document, operation, resultVariables } = read_;
    const raw = payload.variables ?? {};
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], raw);
    if (errors !== undefined) return errors.map(({ message }) => badUserInput(message));
    const values = resultVariables.map((name) => raw[name] ?? null);
    return {
      document,
      operationName: operationName ?? undefined,
      resultKey: `${key}\n${JSON.stringify(values)}`,
      variables: raw,
    };
  };
}

function toValidationError({ message }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

/** All but those that are only arguments of a root field whose value the event itself holds. */
function findResultVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): string[] {
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const names = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION && definition !== operation) continue;
    visit(definition, {
      VariableDefinition: () => false,
      Argument: (_node, _key, _parent, _path, ancestors) => {
        const [field] = ancestors.slice(-1);
        return definition === operation && isRootArgument(field, fields, operation) ? false : undefined;
      },
      Variable: ({ name }) => void names.add(name.value),
    });
  }
  return [...names].sort();
}

function isRootArgument(
  field: unknown,
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
  { selectionSet }: OperationDefinitionNode,
): boolean {
  const root = selectionSet.selections.find((selection) => selection === field);
  if (root?.kind !== Kind.FIELD) return false;
  const { resolve } = fields[root.name.value] ?? {};
  return resolve === undefined || resolve === defaultFieldResolver;
}
