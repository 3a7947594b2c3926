/**
 * What an operation may be, in one list for HTTP (http.ts) and WebSocket (websocket.ts): parser tokens, graphql-armor's depth, aliases and
 * directives, root fields and items. What they cost is limited by queries/rules/demand-control.ts. Calls graphql-js to parse and validate.
 */
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { DocumentNode, GraphQLSchema, SelectionSetNode, ValidationRule } from 'graphql';
import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { createGraphQLError } from '#platform/graphql-errors.ts';
import type { GatewayConfig } from './config.ts';
import { deferRule } from './defer-rule.ts';
import { createItemsRule, createRootFieldsRule, createSelectionsRule } from './operation-cost.ts';

export interface OperationLimits {
  readonly tokensMax: number;
  /** In addition to the specified rules. */
  readonly rules: readonly ValidationRule[];
  /** The document; throws GRAPHQL_PARSE_FAILED. */
  readonly parseDocument: (source: string) => DocumentNode;
  /** What is wrong with the document; empty when it may run. */
  readonly findProblems: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
}

/** Fixed at start. */
export function createOperationLimits(
  config: Pick<
    GatewayConfig,
    | 'tokensMax'
    | 'depthMax'
    | 'aliasesMax'
    | 'directivesMax'
    | 'rootFieldsMax'
    | 'itemsMax'
    | 'selectionsMax'
    | 'introspectionEnabled'
  >,
): OperationLimits {
  const armor = new ApolloArmor({
    costLimit: { enabled: false },
    maxTokens: { enabled: false },
    blockFieldSuggestion: { enabled: false },
    maxDepth: { n: config.depthMax, flattenFragments: true, ignoreIntrospection: true },
    maxAliases: { n: config.aliasesMax },
    maxDirectives: { n: config.directivesMax },
  });
  const rules: readonly ValidationRule[] = [
    ...armor.protect().validationRules,
    createRootFieldsRule(config.rootFieldsMax),
    createSelectionsRule(config.selectionsMax),
    createItemsRule(config.itemsMax),
    deferRule,
    ...(config.introspectionEnabled ? [] : [NoSchemaIntrospectionCustomRule]),
  ];
  const options = { hideSuggestions: !config.introspectionEnabled };
  return {
    tokensMax: config.tokensMax,
    rules,
    parseDocument: (source) => {
      try {
        return parse(source, { maxTokens: config.tokensMax });
      } catch (error) {
        throw toRefusal('GRAPHQL_PARSE_FAILED', error);
      }
    },
    findProblems: (schema, document) => {
      if (findConditionalRoot(document)) return [conditionalRoot()];
      return validate(schema, document, [...specifiedRules, ...rules], options).map((problem) =>
        toRefusal('GRAPHQL_VALIDATION_FAILED', problem),
      );
    },
  };
}

/** A GraphQLError of ours for one that graphql-js threw or reported; anything else is a fault of ours and thrown on. */
function toRefusal(code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED', error: unknown): GraphQLError {
  if (!(error instanceof GraphQLError)) throw error;
  const { message, source, positions } = error;
  return new GraphQLError(message, { source, positions, extensions: { code } });
}

/** Answer to a document of which no, or more than one, operation fits `operationName`. */
export function unclearOperation(): GraphQLError {
  return createGraphQLError(
    'OPERATION_RESOLUTION_FAILURE',
    'Say by operationName which operation of the document to run.',
  );
}

/** Answer to `subscription { field @skip(if: $x) }`, which can't be planned. graphql-js throws out of its validation on it. */
export function conditionalRoot(): GraphQLError {
  const message = 'The root field of a subscription can have neither @skip nor @include.';
  return createGraphQLError('GRAPHQL_VALIDATION_FAILED', message);
}

function findConditionalRoot(document: DocumentNode): boolean {
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition.selectionSet);
  }
  const visited = new Set<string>();
  const isConditional = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include'))
        return true;
      if (selection.kind === Kind.FIELD) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      if (fragment === undefined || visited.has(selection.name.value)) return false;
      visited.add(selection.name.value);
      return isConditional(fragment);
    });
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === 'subscription' &&
      isConditional(definition.selectionSet),
  );
}
