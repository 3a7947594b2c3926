/** The text of a multipart body -> its parts. RFC 2046 section 5.1.1, as the multipart subscription protocol uses it. */

export interface Multipart {
  /** Bodies of the parts that are there whole. */
  readonly parts: readonly string[];
  /** Content-Type of each of them. */
  readonly types: readonly string[];
  /** Has the closing delimiter come? */
  readonly isClosed: boolean;
}

/** The boundary of a Content-Type; null when it has none. */
export function readBoundary(contentType: string): string | null {
  const match = /^multipart\/mixed\b.*?;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/** What has come so far. */
export function parseMultipart(text: string, boundary: string): Multipart {
  const sections = `\r\n${text}`.split(`\r\n--${boundary}`);
  const closing = sections.findIndex((section, index) => index > 0 && section.startsWith('--'));
  const isClosed = closing !== -1;
  // The last one may not be whole, unless it is a JSON object already: servers send the delimiter behind a part late.
  const whole = sections.slice(1, isClosed ? closing : undefined).filter(isWhole);
  const split = whole.map((section) => {
    const [head = '', ...body] = section.split('\r\n\r\n');
    return { type: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? '', body: body.join('\r\n\r\n').trim() };
  });
  return { parts: split.map(({ body }) => body), types: split.map(({ type }) => type), isClosed };
}

function isWhole(section: string): boolean {
  const body = section.split('\r\n\r\n').slice(1).join('\r\n\r\n').trim();
  if (body === '') return false;
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}
