/**
 * Names of the mix's operations. A server that has seen an operation under another name has not seen this one, the stub subgraphs, which are to cost
 * nothing, have. Used by scenes.ts, load/choice.ts and stub-subgraphs/answer.ts.
 */

const digits = 9;
const prefix = 'Mix_';
const anyName = new RegExp(`${prefix}\\d{${digits}}`, 'g');

/** Part of a name; all are of the same length. */
export function toMixName(tag: number): string {
  return `${prefix}${String(tag).padStart(digits, '0')}`;
}

/** The text with another name. */
export function renameMix(text: string, tag: number): string {
  return text.includes(prefix) ? text.replace(anyName, toMixName(tag)) : text;
}
