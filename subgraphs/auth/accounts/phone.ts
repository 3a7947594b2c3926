/** Phone numbers as people write them. Pure; called by requestPhoneVerification and identifier.ts. */
import { parsePhoneNumberFromString } from 'libphonenumber-js';

const phoneCharsMax = 40;

/** E.164 of a number that can exist, or null. */
export function parsePhone(text: string): string | null {
  if (text.length > phoneCharsMax) return null;
  const phone = parsePhoneNumberFromString(text);
  return phone?.isPossible() === true ? phone.number : null;
}
