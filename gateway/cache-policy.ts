/** Who else may see a subgraph's answer, and for how long, as its Cache-Control header says (RFC 9111). Read by data-source.ts, combined by entities/. */
export interface CachePolicy {
  /** The same for everybody: it may be given to other viewers than the one it was asked for. */
  readonly isPublic: boolean;
  /** 0 unless it is public. */
  readonly maxAgeSeconds: number;
}

/** For nobody but the viewer it was asked for. */
export const notPublic: CachePolicy = { isPublic: false, maxAgeSeconds: 0 };

/** One directive of the list, with what follows it: a name, perhaps a token or a quoted string as its value. */
const directive =
  /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)(?:=(?:([\w!#$%&'*+.^`|~-]+)|"(?:[^"\\]|\\.)*"))?)?[ \t]*(?:,|$)/y;
const forbidding: ReadonlySet<string> = new Set(['private', 'no-store', 'no-cache']);
/** RFC 9111, 1.2.2: as much as anybody has to count. */
const secondsMax = 2 ** 31 - 1;

/** Subgraphs send the same few again and again. */
const known = new Map<string, CachePolicy>();
const knownMax = 200;

/** Public only by `public` and an age above 0, without a word against it; what is not a list of directives is not public. */
export function readCachePolicy(header: string | readonly string[] | undefined): CachePolicy {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  const policy = known.get(text) ?? parsePolicy(text);
  if (known.size < knownMax) known.set(text, policy);
  return policy;
}

function parsePolicy(text: string): CachePolicy {
  const directives = parseDirectives(text);
  if (directives === null) return notPublic;
  const isRefused = [...forbidding].some((name) => directives.has(name));
  if (isRefused || directives.get('public') !== '') return notPublic;
  const ages = ['max-age', 's-maxage'].map((name) => parseSeconds(directives.get(name)));
  const [maxAge, sharedMaxAge] = ages;
  if (maxAge === undefined || ages.includes(null)) return notPublic;
  // What is kept here is kept for many, which is whom s-maxage is for.
  const seconds = sharedMaxAge ?? maxAge ?? 0;
  return seconds > 0 ? { isPublic: true, maxAgeSeconds: seconds } : notPublic;
}

/** The policy of an answer that is made of these, at least one. */
export function strictestPolicy(policies: readonly CachePolicy[]): CachePolicy {
  if (policies.some(({ isPublic }) => !isPublic)) return notPublic;
  return { isPublic: true, maxAgeSeconds: Math.min(...policies.map(({ maxAgeSeconds }) => maxAgeSeconds)) };
}

/** Names in lower case with their values, '' for none and '"' for a quoted one; null for what contradicts itself or can't be read. */
function parseDirectives(text: string): ReadonlyMap<string, string> | null {
  const directives = new Map<string, string>();
  directive.lastIndex = 0;
  while (directive.lastIndex < text.length) {
    const match = directive.exec(text);
    if (match === null) return null;
    const [whole, name, token] = match;
    if (name === undefined) continue;
    const value = token ?? (whole.includes('"') ? '"' : '');
    const known = directives.get(name.toLowerCase());
    if (known !== undefined && known !== value) return null;
    directives.set(name.toLowerCase(), value);
  }
  return directives;
}

/** Undefined when it is not there, null when it is not a number of seconds. */
function parseSeconds(value: string | undefined): number | null | undefined {
  if (value === undefined) return undefined;
  return /^\d+$/.test(value) ? Math.min(Number(value), secondsMax) : null;
}
