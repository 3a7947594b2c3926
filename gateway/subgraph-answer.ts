/** The text that a subgraph has answered -> its data, and its errors as the gateway tells them. Called by the compiled fetches of queries/ and by data-source.ts. */
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import { isObject } from '#platform/is-object.ts';
import type { JsonObject } from './queries/execution/json-objects.ts';

export interface ParsedAnswer {
  readonly data: JsonObject | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Null when it is no answer to a GraphQL request. */
export function parseAnswer(text: string): ParsedAnswer | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(answer)) return null;
  const { data = null, errors } = answer;
  if (data === null ? !Array.isArray(errors) && !('data' in answer) : !isObject(data)) return null;
  return {
    data: data as JsonObject | null,
    errors: Array.isArray(errors) ? errors.filter(isObject).map(toFormatted) : [],
  };
}

function toFormatted({ message, path, extensions }: JsonObject): GraphQLFormattedError {
  return {
    message: typeof message === 'string' ? message : '',
    ...(Array.isArray(path) ? { path } : {}),
    ...(isObject(extensions) ? { extensions } : {}),
  };
}

/** As an error of the client's operation. `path`: in the client's answer; undefined when it is not known. */
export function toDownstreamError(
  error: GraphQLFormattedError,
  subgraph: string,
  path: readonly (string | number)[] | undefined,
): GraphQLError {
  const message =
    error.message === '' ? `Error while fetching from the subgraph "${subgraph}"` : error.message;
  return new GraphQLError(message, {
    path,
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...error.extensions, serviceName: subgraph },
  });
}
