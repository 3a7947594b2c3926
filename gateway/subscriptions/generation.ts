/**
 * LIVE 2/2: one supergraph as subscriptions see it: schemas, and Apollo's planner with the plans it has made. A new supergraph is a new
 * generation; subscriptions that run keep theirs. Made by gateway.ts whenever the supergraph is loaded, used by operations.ts and engine.ts.
 */

import type { ObjectType, Schema } from '@apollo/federation-internals';
import { ListType, operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { executeQueryPlan } from '@apollo/gateway';
import { buildOperationContext } from '@apollo/gateway';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { Kind, OperationTypeNode, parse } from 'graphql';
import { findResultVariables } from '#platform/graphql-variables.ts';
import type { ResumeConvention, ResumePlan } from './resume-plan.ts';
import { planResume } from './resume-plan.ts';

type ExecuteArguments = Parameters<typeof executeQueryPlan>;
export type OperationContext = ExecuteArguments[3];

/** How one subscription runs: `primary` is opened at the subgraph that owns the field, `plan` is executed for the events that come. */
export interface SubscriptionPlan {
  readonly primary: SubscriptionNode['primary'];
  /** Sequence of the list of events, served by the data source named eventService, and the rest of the plan for each of them. */
  readonly plan: QueryPlan;
  /** Of the query for the list that stands for the subscription; its variables are the subscription's. */
  readonly operationContext: OperationContext;
  /** Null when only the client can go on after an interruption. */
  readonly resume: ResumePlan | null;
  /** Of the subscription. */
  readonly rootField: string;
  /** Names of the variables that results depend on; the others only say which events are wanted. */
  readonly resultVariables: readonly string[];
  /** Where events have objects that other subgraphs are asked about; `@` stands for the items of a list. */
  readonly entityPaths: readonly (readonly string[])[];
  readonly generation: Generation;
}

export interface Generation {
  /** What clients see; operations are validated against it. */
  readonly schema: GraphQLSchema;
  readonly supergraphSchema: ExecuteArguments[4];
  /** The API schema and one field more, which is a list of events. */
  readonly eventsSchema: ExecuteArguments[5];
  /** The plan of a valid subscription; throws GraphQLError when it can't be planned. */
  planSubscription(document: DocumentNode, operationName?: string): SubscriptionPlan;
}

/** Stands for the event in a plan; no subgraph can have this name. */
export const eventService = '\0event';
/** Field of Query in eventsSchema. Clients never see it; the supergraph must not have one of this name. */
export const eventsField = '_events';

/** Builds schemas and the planner, so that nobody waits for them. */
export function createGeneration(options: {
  readonly supergraphSdl: string;
  readonly schema: GraphQLSchema;
  readonly resume: ResumeConvention;
}): Generation {
  // What it asks for its security is enforced by whoever hands operations in.
  const supergraph = Supergraph.build(options.supergraphSdl, {
    validateSupergraph: false,
    supportedFeatures: null,
  });
  const apiSchema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph);
  const subgraphs = onFirstUse(() => supergraph.subgraphs());
  const generation: Generation = {
    schema: options.schema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    eventsSchema: addEventsField(apiSchema.clone()),
    planSubscription: (document, operationName) => {
      const name = operationName === undefined ? {} : { operationName };
      const node = planner.buildQueryPlan(operationFromDocument(apiSchema, document, name)).node;
      if (node?.kind !== 'Subscription')
        throw new Error(`planned as ${node?.kind ?? 'nothing'}, not as a subscription`);
      const operationContext = buildOperationContext({
        schema: options.schema,
        operationDocument: document,
        ...name,
      });
      const { primary, rest } = node;
      return {
        primary,
        plan: toEventPlan(node),
        resume: planResume(
          primary.operation,
          subgraphs().get(primary.serviceName)?.schema ?? null,
          options.resume,
        ),
        rootField: readRootField(primary.operation),
        resultVariables: findResultVariables(document, operationContext.operation),
        entityPaths: rest === undefined ? [] : findEntityPaths(rest),
        operationContext: { ...operationContext, operation: toEventsQuery(operationContext.operation) },
        generation,
      };
    },
  };
  return generation;
}

function addEventsField(schema: Schema): Schema {
  const rootOf = (kind: 'query' | 'subscription') => schema.schemaDefinition.rootType(kind);
  const subscriptionType = rootOf('subscription');
  if (subscriptionType !== undefined)
    (rootOf('query') as ObjectType).addField(eventsField, new ListType(subscriptionType));
  return schema;
}

function toEventsQuery(operation: OperationDefinitionNode): OperationDefinitionNode {
  const { selectionSet } = operation;
  const field = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: eventsField }, selectionSet } as const;
  return {
    ...operation,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  };
}

function onFirstUse<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function readRootField(operation: string): string {
  const [definition] = parse(operation, { noLocation: true }).definitions;
  const [field] = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  return field?.kind === Kind.FIELD ? field.name.value : '';
}

/** Of the fetches that have the event itself to go by; those after them have what these have brought. */
function findEntityPaths(rest: PlanNode): string[][] {
  switch (rest.kind) {
    case 'Sequence': {
      const [first] = rest.nodes;
      return first === undefined ? [] : findEntityPaths(first);
    }
    case 'Parallel':
      return rest.nodes.flatMap(findEntityPaths);
    case 'Condition':
      return [];
    case 'Flatten':
      return [rest.path.map(String)];
    default:
      return [];
  }
}

function toEventPlan({ primary, rest }: SubscriptionNode): QueryPlan {
  const events = { ...primary, serviceName: eventService };
  return {
    kind: 'QueryPlan',
    node: { kind: 'Sequence', nodes: rest === undefined ? [events] : [events, inEachEvent(rest)] },
  };
}

/** The same for every event of the list: what is fetched for many of them is fetched at once. */
function inEachEvent(node: PlanNode): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(inEachEvent) };
    case 'Flatten':
      return { ...node, path: [eventsField, '@', ...node.path] };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause === undefined ? {} : { ifClause: inEachEvent(node.ifClause) }),
        ...(node.elseClause === undefined ? {} : { elseClause: inEachEvent(node.elseClause) }),
      };
    default:
      throw new Error(`a subscription's plan has a ${node.kind} that does not depend on the event`);
  }
}
