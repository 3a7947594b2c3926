/**
 * HISTORY and SEND: a query plan as this gateway executes it, whoever has made it. Written by the adapters of the planners, read by the compiler.
 * Compared with Apollo's plans, Flatten is part of the fetch it stands before, and one request may ask for several groups of entities.
 */
import type { OperationTypeNode } from 'graphql';

/** Null: nothing has to be fetched. */
export interface Plan {
  readonly node: PlanNode | null;
}

export type PlanNode = Sequence | Parallel | Condition | Defer | RootFetch | EntityFetch;

/** One after the other. */
export interface Sequence {
  readonly kind: 'Sequence';
  readonly nodes: readonly PlanNode[];
}

/** All at once. */
export interface Parallel {
  readonly kind: 'Parallel';
  readonly nodes: readonly PlanNode[];
}

/** By the value of a variable of the operation, its default included. */
export interface Condition {
  readonly kind: 'Condition';
  readonly variable: string;
  readonly ifTrue: PlanNode | null;
  readonly ifFalse: PlanNode | null;
}

/** Parts of the answer that may be delivered after the rest of it. Never inside a Sequence or a Parallel. */
export interface Defer {
  readonly kind: 'Defer';
  readonly primary: PlanNode | null;
  readonly deferred: readonly DeferredNode[];
}

export interface DeferredNode {
  /** Of the operation's `@defer`. */
  readonly label: string;
  /** Ids of fetches outside: it can begin when they are done. */
  readonly dependsOn: readonly string[];
  /** Null when the rest fetches all of it; a Defer when parts of it may be later still. */
  readonly node: PlanNode | null;
}

/** What every request to a subgraph has. */
interface Fetch {
  /** Where something deferred depends on it. */
  readonly id?: string;
  readonly subgraph: string;
  /** GraphQL text. */
  readonly operation: string;
  readonly operationName: string | null;
  /** Names of the client's variables that are passed on. */
  readonly variables: readonly string[];
}

/** Fields of a root type. Its data is merged where `path` leads, the root when it is empty. */
export interface RootFetch extends Fetch {
  readonly kind: 'RootFetch';
  readonly operationKind: `${OperationTypeNode}`;
  readonly path: readonly PathStep[];
  readonly outputRewrites: readonly Rewrite[];
}

/** Entities by their representations, from places in what has been fetched before. */
export interface EntityFetch extends Fetch {
  readonly kind: 'EntityFetch';
  /** One, unless the planner asks for several lists in one request. */
  readonly groups: readonly EntityGroup[];
}

export interface EntityGroup {
  /** Key of the list in the answer, `_entities` or an alias of it. */
  readonly responseKey: string;
  /** Variable that takes the representations. */
  readonly variable: string;
  /** Each leads to entities. */
  readonly paths: readonly (readonly PathStep[])[];
  /** What a representation is made of. An entity that lacks a part of it is not asked for. */
  readonly requires: readonly Requirement[];
  /** Applied to each representation. */
  readonly inputRewrites: readonly Rewrite[];
  /** Applied to each entity that was answered, before it is merged. */
  readonly outputRewrites: readonly Rewrite[];
}

/** A step from a value to values inside it. `Types` keeps objects of these types, by their __typename. */
export type PathStep =
  | { readonly kind: 'Field'; readonly responseKey: string }
  | { readonly kind: 'Items' }
  | { readonly kind: 'Types'; readonly typeNames: readonly string[] };

export type Requirement =
  | {
      readonly kind: 'Field';
      /** Where it is in the representation, and in the entity unless that has `alias`. */
      readonly responseKey: string;
      /** Where the planner may have put it in the entity, because the client has other arguments for the field. */
      readonly alias: string | null;
      /** Null for a leaf. */
      readonly selections: readonly Requirement[] | null;
    }
  | {
      readonly kind: 'Fragment';
      /** An object or abstract type of the supergraph. */
      readonly typeCondition: string;
      readonly selections: readonly Requirement[];
    };

/** A change at a place inside an object. Items of lists on the way are taken each. */
export type Rewrite =
  | {
      readonly kind: 'Set';
      readonly path: readonly RewriteStep[];
      readonly responseKey: string;
      readonly value: unknown;
    }
  | {
      readonly kind: 'Rename';
      readonly path: readonly RewriteStep[];
      readonly responseKey: string;
      readonly to: string;
    };

/** `Types`: goes on in objects of these types or their subtypes, and in those without __typename. */
export type RewriteStep = Exclude<PathStep, { kind: 'Items' }>;
