/**
 * HISTORY and SEND: how long an answer may become. An entity stands wherever it belongs, so what a few kilobytes of subgraphs' answers make can be any number of
 * megabytes. Checked by what writes answers, response-writer.ts and splicing/byte-text.ts.
 */
import type { GraphQLError } from 'graphql';
import { createGraphQLError } from '#platform/graphql-errors.ts';

export function answerTooLarge(bytesMax: number): GraphQLError {
  return createGraphQLError(
    'ANSWER_TOO_LARGE',
    `The answer would be longer than ${bytesMax} bytes; ask for less, with smaller pages.`,
  );
}
