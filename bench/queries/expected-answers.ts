/** What the right answers are: graphql-js on the whole schema with all data in one place. Used by measure-queries.ts to check each peer, and by the echo. */
import { isDeepStrictEqual } from 'node:util';
import { Supergraph } from '@apollo/federation-internals';
import { execute, parse } from 'graphql';
import { createAdditions, createConversation, createMessages, createPerson } from './conversation.ts';
import type { Operation } from './scenes.ts';

const shownChars = 300;

/** The text of the answer to each operation. */
export function createExpectedAnswers(supergraphSdl: string, operations: readonly Operation[]): string[] {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const messages = createMessages().map((message) => {
    return { ...message, ...createAdditions(message), sender: createPerson(message.sender) };
  });
  const rootValue = { conversation: ({ id }: { id: string }) => createConversation(id, messages) };
  return operations.map(({ query, variables }) =>
    JSON.stringify(execute({ schema, document: parse(query), rootValue, variableValues: variables })),
  );
}

/** Throws when the answer has not exactly the expected data, in whatever order. */
export function checkAnswer(answer: string, expected: string): void {
  const { data, errors } = JSON.parse(answer) as { data?: unknown; errors?: unknown };
  const { data: wanted } = JSON.parse(expected) as { data: unknown };
  if (errors === undefined && isDeepStrictEqual(data, wanted)) return;
  throw new Error(`answered ${answer.slice(0, shownChars)} where ${expected.slice(0, shownChars)} is right`);
}
