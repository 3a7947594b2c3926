/**
 * LIVE: the subscription documents that gateways send, parsed and validated once each; a gateway sends the same few again and again. Used by
 * websocket.ts.
 */
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import {
  defaultFieldResolver,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  parse,
  validate,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import { badUserInput } from '#platform/graphql-errors.ts';
import { findResultVariables, pickVariables } from '#platform/graphql-variables.ts';

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
  const fields = schema.getSubscriptionType()?.getFields() ?? {};
  const readsArguments = (rootField: string) =>
    (fields[rootField]?.resolve ?? defaultFieldResolver) !== defaultFieldResolver;

  function read({ query, operationName }: SubscribePayload): Known | readonly GraphQLError[] {
    try {
      const document = parse(query, { noLocation: true });
      const problems = validate(schema, document);
      if (problems.length > 0) return problems.map(toValidationError);
      const operation = getOperationAST(document, operationName);
      if (operation?.operation !== 'subscription')
        return [badUserInput('Only subscriptions are served here; send queries and mutations over HTTP.')];
      return {
        document,
        operation,
        resultVariables: findResultVariables(document, operation, readsArguments),
      };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [new GraphQLError(error.message, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } })];
    }
  }

  return (payload) => {
    const { query, operationName } = payload;
    const key = JSON.stringify([query, operationName ?? null]);
    const found = known.get(key) ?? read(payload);
    known.set(key, found);
    if (!('document' in found)) return found;
    const { document, operation, resultVariables } = found;
    const raw = payload.variables ?? {};
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], raw);
    if (errors !== undefined) return errors.map(({ message }) => badUserInput(message));
    return {
      document,
      operationName: operationName ?? undefined,
      resultKey: JSON.stringify([key, pickVariables(raw, resultVariables)]),
      variables: raw,
    };
  };
}

function toValidationError({ message }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
