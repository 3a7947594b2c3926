/** The most frequent form of case: one subscription, one event, one right result. Used by the tables of cases beside it. */
import type { AuditCase } from '../case.ts';
import { expectData } from '../case.ts';

export interface OneEvent extends Omit<AuditCase, 'run'> {
  /** Takes `$feed: String!`. */
  readonly query: string;
  /** Besides `$feed`. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Value of the root field, as the subgraph's resolvers see it. */
  readonly event: unknown;
  /** The whole `data` of the result. */
  readonly data: unknown;
}

/** Right when the result has exactly this data and no errors. */
export function oneEvent({ query, variables, event, data, ...rest }: OneEvent): AuditCase {
  return {
    ...rest,
    run: async (scene) => {
      const operation = await scene.follow(query, variables === undefined ? {} : { variables });
      scene.world.feeds.publish(scene.feed, event);
      return expectData(await operation.result(), data);
    },
  };
}
