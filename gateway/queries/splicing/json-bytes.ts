/** The bytes of JSON's punctuation (RFC 8259, 2), and how an answer begins. Used by what reads answers and by what writes them. */
export const quote = 0x22;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

/** Of an answer without errors, in front of the root object. */
export const dataStart = Buffer.from('{"data":');
