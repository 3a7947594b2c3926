/**
 * A subgraph of entities in memory, for the tests of the gateway's entity cache: what it answers names the viewer it was made for and the version it was
 * made from, so that an answer in wrong hands or an old one gives itself away.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GraphQLFormattedError } from 'graphql';
import type { ProcessOptions, SubgraphAnswer, SubgraphSource } from '#gateway/data-source.ts';

export interface EntityView {
  readonly name: string;
  readonly version: number;
  /** Whose answer it is; 'anybody' when it was public. */
  readonly madeFor: string;
  /** As the query asked. */
  readonly detail: unknown;
}

export interface EntityFetchOf {
  readonly viewer: string;
  readonly ids: readonly string[];
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Of the client, passed on. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the operation whose plan has the fetch. */
  readonly operation?: 'query' | 'mutation';
}

export const personQuery =
  'query Who__people__1($representations:[_Any!]!){_entities(representations:$representations){...on Person{name version madeFor detail}}}';

/** The fetch as Apollo's executor makes it. */
export function toProcessOptions(fetch: EntityFetchOf): ProcessOptions {
  const { viewer, ids, query = personQuery, variables = {}, operation = 'query' } = fetch;
  const representations = ids.map((id) => ({ __typename: 'Person', id }));
  const identity = { kind: 'viewer', authorization: viewer };
  return {
    kind: 'incoming operation',
    request: { query, variables: { ...variables, representations } },
    incomingRequestContext: {
      context: { identity, client: { ipAddress: null, userAgent: null, headers: fetch.headers ?? {} } },
      operation: { operation },
    },
  } as unknown as ProcessOptions;
}

/** Ids that begin with `no` name nobody. */
export class EntitySubgraph implements SubgraphSource {
  /** What it was asked, in order. */
  readonly requests: { readonly viewer: string; readonly ids: readonly string[] }[] = [];
  /** Entities that it refuses, to each viewer by name. */
  readonly refused = new Set<string>();
  /** Answers about nothing but its errors. */
  refusesAll = false;
  isDown = false;
  maxAgeSeconds = 60;
  /** Turns of the event loop until it looks, and from then until its answer is there. */
  turns = { before: 1, after: 1 };
  readonly #versions = new Map<string, number>();
  readonly #private = new Set<string>();

  version(id: string): number {
    return this.#versions.get(id) ?? 1;
  }

  change(id: string): void {
    this.#versions.set(id, this.version(id) + 1);
  }

  /** What it answers to this query is from now on for everybody, or for each viewer alone. */
  setPublic(query: string, isPublic: boolean): void {
    if (isPublic) this.#private.delete(query);
    else this.#private.add(query);
  }

  isPublic(query: string): boolean {
    return !this.#private.has(query);
  }

  async process(asked: ProcessOptions): Promise<SubgraphAnswer> {
    const { query = '', variables = {} } = asked.request;
    const viewer = toViewer(asked);
    const ids = (variables.representations as { id: string }[]).map(({ id }) => id);
    this.requests.push({ viewer, ids });
    const { before, after } = this.turns;
    await turns(before);
    const isDown = this.isDown;
    const answer = this.#answer({ viewer, ids, query, detail: variables.detail ?? null });
    await turns(after);
    if (isDown) throw new Error('down');
    return answer;
  }

  #answer({ viewer, ids, query, detail }: Asked): SubgraphAnswer {
    const isPublic = this.isPublic(query);
    const refuse = (path?: (string | number)[]): GraphQLFormattedError => ({
      message: `not for ${viewer}`,
      ...(path === undefined ? {} : { path }),
      extensions: { code: 'FORBIDDEN' },
    });
    const noPolicy = { isPublic: false, maxAgeSeconds: 0 };
    if (this.refusesAll) return { errors: [refuse()], cachePolicy: noPolicy };
    const toView = (id: string): EntityView | null =>
      id.startsWith('no') || this.refused.has(id)
        ? null
        : { name: id, version: this.version(id), madeFor: isPublic ? 'anybody' : viewer, detail };
    const data = { _entities: ids.map(toView) };
    const errors = ids.flatMap((id, index) =>
      this.refused.has(id) ? [refuse(['_entities', index, 'name'])] : [],
    );
    if (errors.length > 0) return { data, errors, cachePolicy: noPolicy };
    return { data, cachePolicy: isPublic ? { isPublic, maxAgeSeconds: this.maxAgeSeconds } : noPolicy };
  }
}

interface Asked {
  readonly viewer: string;
  readonly ids: readonly string[];
  readonly query: string;
  readonly detail: unknown;
}

function toViewer(asked: ProcessOptions): string {
  if (!('incomingRequestContext' in asked)) return 'nobody';
  return (asked.incomingRequestContext.context as { identity: { authorization: string } }).identity
    .authorization;
}

/** Waits for so many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
