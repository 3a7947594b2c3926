/**
 * LIVE: the subscription documents that gateways send, parsed and validated once each; a gateway sends the same few again and again. Used by
 * websocket.ts.
 */
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { defaultFieldResolver, getOperationAST, getVariableValues } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { LRUCache } from 'lru-cache';
import { badUserInput } from '#platform/graphql-errors.ts';
import { findResultVariables, pickVariables } from '#platform/graphql-variables.ts';
import { readDocument } from './operations.ts';

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
    const document = readDocument(schema, query, { noLocation: true });
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (operation?.operation !== 'subscription')
      return [badUserInput('Only subscriptions are served here; send queries and mutations over HTTP.')];
    return {
      document,
      operation,
      resultVariables: findResultVariables(document, operation, readsArguments),
    };
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
