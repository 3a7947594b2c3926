/**
 * Recognises entity fetches, `query(...) { _entities(representations: $representations) { ... } }` as Apollo's planner writes them, and says which entities
 * each asks for. Called by entity-source.ts for every request to a subgraph.
 */
import type { DocumentNode, FieldNode } from 'graphql';
import { Kind, parse, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ProcessOptions } from '../data-source.ts';
import { toCanonicalText } from './canonical-text.ts';
import type { Representation } from './entity-tags.ts';

/** Everything about a fetch but the entities: the subgraph, the selection, the other variables. Fetches of one scope can go together. */
export interface Scope {
  /** Unique in this process. */
  readonly id: string;
  /** Learned: was the last answer for everybody? Null before the first. */
  isPublic: boolean | null;
}

/** One of the entities asked for. */
export interface Wanted {
  /** Of the entity within the scope. */
  readonly key: string;
  readonly representation: Representation;
  /** Where it stands in the list, as often as it was asked for. */
  readonly indexes: readonly number[];
}

export interface EntityFetch {
  readonly scope: Scope;
  readonly wanted: readonly Wanted[];
  /** Length of the list. */
  readonly length: number;
}

type Request = ProcessOptions['request'];

/** Texts hold what clients wrote, so they are bounded and not only counted. */
const textCharsMax = 1024 * 1024;

let scopesMade = 0;

export interface EntityFetchReader {
  /** Null for what is not an entity fetch. */
  read(request: Request): EntityFetch | null;
  /** The same with representations as JSON texts. Throws for what is not an entity fetch. */
  readTexts(request: Request, representations: readonly string[]): EntityFetch;
  /** Of fetches with this text and these variables besides the representations. Null for what is not an entity fetch. */
  findScope(query: string, others: Readonly<Record<string, unknown>>): Scope | null;
}

/** For one subgraph. */
export function createEntityFetchReader(): EntityFetchReader {
  const selections = new LRUCache<string, { readonly text: string | null }>({
    maxSize: textCharsMax,
    sizeCalculation: ({ text }, query) => query.length + (text?.length ?? 1),
  });
  const scopes = new LRUCache<string, Scope>({
    maxSize: textCharsMax,
    sizeCalculation: (_scope, text) => text.length,
  });
  const entities = new LRUCache<string, Entity>({
    maxSize: textCharsMax,
    sizeCalculation: ({ key }, text) => key.length + text.length,
  });

  function findSelection(query: string): string | null {
    const known = selections.get(query);
    if (known !== undefined) return known.text;
    const text = toSelectionText(parse(query, { noLocation: true }));
    selections.set(query, { text });
    return text;
  }

  function findScope(selection: string, others: Readonly<Record<string, unknown>>): Scope {
    const text = `${selection}\n${toCanonicalText(others)}`;
    const known = scopes.get(text);
    if (known !== undefined) return known;
    scopesMade += 1;
    const scope: Scope = { id: String(scopesMade), isPublic: null };
    scopes.set(text, scope);
    return scope;
  }

  function findScopeOf(query: string, others: Readonly<Record<string, unknown>>): Scope | null {
    const selection = findSelection(query);
    return selection === null ? null : findScope(selection, others);
  }

  function readEntity(text: string): Entity {
    const known = entities.get(text);
    if (known !== undefined) return known;
    const entity = toEntity(JSON.parse(text));
    entities.set(text, entity);
    return entity;
  }

  return {
    read: ({ query, variables }) => {
      if (query === undefined || variables === undefined) return null;
      const { representations, ...others } = variables;
      if (!isRepresentations(representations)) return null;
      const selection = findSelection(query);
      if (selection === null) return null;
      const scope = findScope(selection, others);
      return { scope, wanted: gather(representations.map(toEntity)), length: representations.length };
    },
    readTexts: ({ query = '', variables = {} }, representations) => {
      const scope = findScopeOf(query, variables);
      if (scope === null) throw new Error('not a fetch of entities');
      return { scope, wanted: gather(representations.map(readEntity)), length: representations.length };
    },
    findScope: findScopeOf,
  };
}

function isRepresentations(value: unknown): value is readonly Representation[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRepresentation);
}

function isRepresentation(value: unknown): value is Representation {
  return typeof value === 'object' && value !== null && '__typename' in value;
}

type Entity = Pick<Wanted, 'key' | 'representation'>;

function toEntity(representation: Representation): Entity {
  return { key: toCanonicalText(representation), representation };
}

/** Each once. */
function gather(entities: readonly Entity[]): Wanted[] {
  const wanted = new Map<string, Wanted & { readonly indexes: number[] }>();
  for (const [index, { key, representation }] of entities.entries()) {
    const known = wanted.get(key);
    if (known === undefined) wanted.set(key, { key, representation, indexes: [index] });
    else known.indexes.push(index);
  }
  return [...wanted.values()];
}

/** The document without the operation's name, which clients choose; null when it is not an entity fetch. */
function toSelectionText(document: DocumentNode): string | null {
  const operations = document.definitions.filter(({ kind }) => kind !== Kind.FRAGMENT_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION) return null;
  const { selections } = operation.selectionSet;
  const [field] = selections;
  const isAlone = operation.operation === 'query' && selections.length === 1 && !operation.directives?.length;
  if (!isAlone || field?.kind !== Kind.FIELD || !isEntitiesField(field)) return null;
  const { name: _name, ...unnamed } = operation;
  return print({
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? unnamed : definition)),
  });
}

function isEntitiesField({ name, alias, directives, arguments: args = [] }: FieldNode): boolean {
  const [argument] = args;
  return (
    name.value === '_entities' &&
    alias === undefined &&
    !directives?.length &&
    args.length === 1 &&
    argument?.name.value === 'representations' &&
    argument.value.kind === Kind.VARIABLE &&
    argument.value.name.value === 'representations'
  );
}
