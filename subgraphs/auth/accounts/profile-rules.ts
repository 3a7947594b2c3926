/** What a handle, a display name and a bio may be. Pure; called by register and updateProfile. */
import type { ValidationFailed } from '#schema/generated/auth_resolvers.ts';

export type Refusal = ValidationFailed & { __typename: 'ValidationFailed' };

/** Either the value in the form in which it is stored, or why not. */
export type Parsed = { readonly value: string } | { readonly refusal: Refusal };

const handleForm = /^[a-z0-9_]{3,30}$/;
const displayNameCharsMax = 64;
const bioCharsMax = 500;
/** Control characters, lone surrogates and what turns the direction of the text around it. */
const unfit = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const unfitInLines = /[\p{Cs}\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** A ValidationFailed for the field `name` of the input. */
export function refuse(name: string, message: string): Refusal {
  return { __typename: 'ValidationFailed', code: 'VALIDATION_FAILED', message, path: ['input', name] };
}

export function parseHandle(text: string): Parsed {
  const value = text.toLowerCase();
  if (handleForm.test(value)) return { value };
  return { refusal: refuse('handle', 'A handle has 3 to 30 characters of a-z, 0-9 and underscore.') };
}

export function parseDisplayName(text: string): Parsed {
  const value = text.trim().normalize('NFC');
  const chars = countChars(value, displayNameCharsMax);
  if (chars >= 1 && chars <= displayNameCharsMax && !unfit.test(value) && visible.test(value))
    return { value };
  return {
    refusal: refuse(
      'displayName',
      `A display name has 1 to ${displayNameCharsMax} visible characters on one line.`,
    ),
  };
}

export function parseBio(text: string): Parsed {
  const value = text.replaceAll('\r\n', '\n').trim().normalize('NFC');
  if (countChars(value, bioCharsMax) <= bioCharsMax && !unfitInLines.test(value)) return { value };
  return { refusal: refuse('bio', `A bio has at most ${bioCharsMax} characters, no control characters.`) };
}

/** Code points; a text too long to count says so at once. */
function countChars(text: string, charsMax: number): number {
  return text.length > charsMax * 2 ? text.length : [...text].length;
}
