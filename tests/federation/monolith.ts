/** A suite's world as one server that owns everything: the clients' schema executed by graphql-js over `suite.monolith`. What the audit expects is checked against it. */
import { Supergraph } from '@apollo/federation-internals';
import { execute, parse, validate } from 'graphql';
import { resolveStrictly } from './strict-fields.ts';
import type { Answer, FederationCase, Suite } from './suite.ts';

/** What answers the cases of the suite. */
export function createMonolith(
  { monolith }: Suite,
  supergraphSdl: string,
): (asked: FederationCase) => Promise<Answer> {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return async ({ query, variables }) => {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const result = await execute({
      schema,
      document,
      rootValue: monolith,
      variableValues: variables ?? {},
      fieldResolver: resolveStrictly,
    });
    return JSON.parse(JSON.stringify(result));
  };
}
