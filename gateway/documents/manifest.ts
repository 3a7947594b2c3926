/**
 * The text of a manifest -> the documents it lists. Two formats: Apollo's (`apollo-persisted-query-manifest`, version 1) and the plain map of ids to
 * texts that the Relay compiler and GraphQL codegen's client preset write. Called by trusted-documents.ts.
 */
import { hash } from 'node:crypto';
import { isObject } from '#platform/is-object.ts';

/** One that the operator has listed. */
export interface TrustedDocument {
  /** As the manifest has it. */
  readonly id: string;
  readonly text: string;
}

/** What is wrong with a manifest; never quotes a document. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

const apolloFormat = 'apollo-persisted-query-manifest';

/** In the order of the file; throws ManifestError. */
export function parseManifest(text: string): TrustedDocument[] {
  const value = parseJson(text);
  if (!isObject(value)) throw new ManifestError('it is not a JSON object');
  return value.format === apolloFormat ? readApollo(value) : Object.entries(value).map(readEntry);
}

/** Hex, in lower case, as APQ and GraphQL over HTTP have it. */
export function hashDocument(text: string): string {
  return hash('sha256', text, 'hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of JSON.parse quotes the text.
    throw new ManifestError('it is not JSON');
  }
}

function readApollo({ version, operations }: Readonly<Record<string, unknown>>): TrustedDocument[] {
  if (version !== 1) throw new ManifestError(`it is not version 1 of ${apolloFormat}`);
  if (!Array.isArray(operations)) throw new ManifestError('`operations` is not a list');
  return operations.map((operation: unknown, index) => {
    if (!isObject(operation) || typeof operation.id !== 'string' || typeof operation.body !== 'string')
      throw new ManifestError(`operation ${index} has no \`id\` and \`body\` that are texts`);
    return { id: operation.id, text: operation.body };
  });
}

function readEntry([id, text]: [string, unknown]): TrustedDocument {
  if (typeof text !== 'string') throw new ManifestError(`${JSON.stringify(id)} is not a text`);
  return { id, text };
}
