/** Checks `first` and `last`. Called by the resolvers of lists. */
import { badUserInput } from '#platform/graphql-errors.ts';

const pageMax = 100;

/** The size as it is; throws BAD_USER_INPUT unless it is 1 to 100. */
export function checkPageSize(size: number, argument: string): number {
  if (size < 1 || size > pageMax) throw badUserInput(`\`${argument}\` must be 1 to ${pageMax}.`, [argument]);
  return size;
}
