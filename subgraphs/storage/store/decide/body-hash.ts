/** Tells whether two sends with one key say the same. Called by decide-message.ts and apply.ts. */
import { createHash } from 'node:crypto';
import type { SendMessage } from '#schema/generated/events.ts';

/** SHA-256 of text, replied-to message and mentions as they were asked for; the order and repetition of mentions do not count. */
export function hashBody({ text, replyToId, mentionUserIds }: SendMessage): Buffer {
  const hash = createHash('sha256')
    .update(`${Buffer.byteLength(text)}:`)
    .update(text);
  hash.update(`|${replyToId ?? ''}|`);
  hash.update([...new Set(mentionUserIds)].sort().join(','));
  return hash.digest();
}
