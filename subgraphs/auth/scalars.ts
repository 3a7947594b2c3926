/**
 * The scalars of schema/auth.graphql. A value that is none of them is refused by GraphQL itself
 * (BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED).
 */
import { GraphQLEmailAddress } from 'graphql-scalars';
import { createTextScalar, dateTimeScalar } from '#platform/subgraph/scalars.ts';

const emailCharsMax = 254;
const emailLocalCharsMax = 64;
const urlCharsMax = 2048;

/** Lower case, or null. An address needs a dot in its domain to be reachable by mail. */
export function parseEmailAddress(text: string): string | null {
  const at = text.lastIndexOf('@');
  if (text.length > emailCharsMax || at < 1 || at > emailLocalCharsMax || !text.slice(at).includes('.'))
    return null;
  try {
    GraphQLEmailAddress.parseValue(text);
    return text.toLowerCase();
  } catch {
    return null;
  }
}

/** E.164 as it stands, or null; whether such a number can exist is phone.ts's to say. */
export function parseE164(text: string): string | null {
  return /^\+[1-9]\d{5,14}$/.test(text) ? text : null;
}

/** An absolute http(s) URL without credentials in its normal form, or null. */
export function parseWebUrl(text: string): string | null {
  if (text.length > urlCharsMax || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' && url.href.length <= urlCharsMax
    ? url.href
    : null;
}

export const scalars = {
  DateTime: dateTimeScalar,
  EmailAddress: createTextScalar('EmailAddress', parseEmailAddress),
  PhoneNumber: createTextScalar('PhoneNumber', parseE164),
  URL: createTextScalar('URL', parseWebUrl),
};
