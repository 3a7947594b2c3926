/**
 * Which passwords are refused: too short, too long, too simple, common, or made of what everybody knows of
 * the account. Pure; called by register, resetPassword, changePassword.
 */
import { readFileSync } from 'node:fs';

const charsMin = 8;
const charsMax = 128;
const distinctCharsMin = 4;
/** What is left of a password without a known word must be longer than this. */
const remainderCharsMax = 3;
const contextCharsMin = 3;
const serviceWords = ['messageme'];

const listUrl = new URL('./common-passwords.txt', import.meta.url);
const commonPasswords: ReadonlySet<string> = new Set(
  readFileSync(listUrl, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
);

/** The form that is hashed: the same password from every keyboard. */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Why not, for people; null when it is fine. `context` is what the account is known by: handle, names,
 * address.
 */
export function findPasswordFault(password: string, context: readonly string[]): string | null {
  const text = password.length > charsMax * 4 ? password : normalizePassword(password);
  const chars = text.length > charsMax * 4 ? text.length : [...text].length;
  if (chars < charsMin || chars > charsMax) return `A password has ${charsMin} to ${charsMax} characters.`;
  const lower = text.toLowerCase();
  if (new Set(lower).size < distinctCharsMin)
    return 'This password is too simple: use more different characters.';
  if (isCommon(lower)) return 'This password is one of the first that attackers try.';
  if (isMadeOf(lower, [...context.flatMap(toWords), ...serviceWords])) {
    return 'This password is made of what everybody knows of the account.';
  }
  return null;
}

/** In the list as it stands, or with a few digits and signs around it. */
function isCommon(lower: string): boolean {
  const core = lower.replace(/^[^\p{L}]{1,4}/u, '').replace(/[^\p{L}]{1,4}$/u, '');
  return commonPasswords.has(lower) || (core.length >= 4 && commonPasswords.has(core));
}

/** True when next to nothing is left without the words. */
function isMadeOf(lower: string, words: readonly string[]): boolean {
  const longestFirst = [...new Set(words)].sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ''), lower);
  if (rest === lower) return false;
  return rest.length <= remainderCharsMax || /^\P{L}{0,6}$/u.test(rest) || commonPasswords.has(rest);
}

function toWords(text: string): string[] {
  const lower = text.toLowerCase();
  const parts = [lower, lower.replace(/@.*$/, ''), ...lower.split(/[^\p{L}\p{N}]+/u)];
  return parts.filter((part) => part.length >= contextCharsMin);
}
