/** A suite's world as one server that owns everything: the clients' schema executed by graphql-js over `suite.monolith`. What the audit expects is checked against it. */
import { Supergraph } from '@apollo/federation-internals';
import type { ExecutionResult } from 'graphql';
import { execute, parse, validate } from 'graphql';
import { resolveStrictly } from './strict-fields.ts';
import type { FederationCase, Suite } from './suite.ts';

/** The answer of the one server. */
export async function answerAsMonolith(
  { monolith }: Suite,
  supergraphSdl: string,
  { query, variables }: FederationCase,
): Promise<ExecutionResult> {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  const document = parse(query);
  const errors = validate(schema, document);
  if (errors.length > 0) return { errors };
  return execute({
    schema,
    document,
    rootValue: monolith,
    variableValues: variables ?? {},
    fieldResolver: resolveStrictly,
  });
}
