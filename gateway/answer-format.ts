/**
 * In which of its two JSON types a client wants an answer, and what that means for its status (GraphQL over HTTP, 6.4): whoever accepts application/json alone
 * may not tell our 400 from one of something between, so gets 200 with the errors. Used by queries/query-front.ts and by Apollo Server's plugin in http.ts.
 */

export interface AnswerFormat {
  readonly contentType: string;
  /** Of a GraphQL request that was not executed. */
  readonly refusedStatus: 200 | 400;
}

const json: AnswerFormat = { contentType: 'application/json; charset=utf-8', refusedStatus: 400 };
const onlyJson: AnswerFormat = { ...json, refusedStatus: 200 };
const graphqlJson: AnswerFormat = {
  contentType: 'application/graphql-response+json; charset=utf-8',
  refusedStatus: 400,
};

/** What clients say, each whole. */
const known: ReadonlyMap<string, AnswerFormat> = new Map([
  ['*/*', json],
  ['application/json', onlyJson],
  ['application/json; charset=utf-8', onlyJson],
  ['application/json, */*', json],
  ['application/json, text/plain, */*', json],
  ['application/graphql-response+json', graphqlJson],
  ['application/graphql-response+json, application/json', graphqlJson],
  ['application/graphql-response+json, application/json;q=0.9', graphqlJson],
  ['application/graphql-response+json,application/json;q=0.9', graphqlJson],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphqlJson],
  [
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    graphqlJson,
  ],
]);

/** Null for what needs negotiation, which is Apollo Server's. */
export function findAnswerFormat(accept: string | undefined): AnswerFormat | null {
  return accept === undefined ? json : (known.get(accept.toLowerCase()) ?? null);
}
