/** What people type to say who they are: e-mail address, phone number or handle. Pure; called by login. */
import { parseEmailAddress } from '../scalars.ts';
import { parsePhone } from './phone.ts';
import { parseHandle } from './profile-rules.ts';

export type Identifier =
  | { readonly email: string }
  | { readonly phone: string }
  | { readonly handle: string };

/** The one account name that the text can be, or null. */
export function parseIdentifier(text: string): Identifier | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('+')) {
    const phone = parsePhone(trimmed);
    return phone === null ? null : { phone };
  }
  if (trimmed.lastIndexOf('@') > 0) {
    const email = parseEmailAddress(trimmed);
    return email === null ? null : { email };
  }
  const handle = parseHandle(trimmed.replace(/^@/, ''));
  return 'value' in handle ? { handle: handle.value } : null;
}
