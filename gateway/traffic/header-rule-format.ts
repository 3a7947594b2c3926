/** How HEADER_RULES is written: a JSON list of rules as in Apollo Router's `headers`. Read by config.ts at start; header-rules.ts compiles the rules. */
import { z } from 'zod';

/** `subgraph` null: for all of them. Names in lower case. */
export type HeaderRule = { readonly subgraph: string | null } & (
  | { readonly kind: 'propagate'; readonly name: string; readonly as: string; readonly preset: string | null }
  | { readonly kind: 'propagate matching'; readonly pattern: RegExp }
  | { readonly kind: 'insert'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'remove matching'; readonly pattern: RegExp }
);

const rulesMax = 100;
const textCharsMax = 64 * 1024;

/**
 * Who the viewer and the client are is for the gateway alone to say; the rest belongs to a connection, to the body that the gateway writes, or to the answer
 * as it can read it.
 */
const reserved: ReadonlySet<string> = new Set([
  ...[
    'authorization',
    'x-internal-key',
    'host',
    'accept',
    'accept-encoding',
    'expect',
    'connection',
    'keep-alive',
  ],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings'],
]);
const reservedStarts = ['x-client-', 'content-', 'proxy-', 'sec-websocket-'];

/** Neither passed on nor set by any rule. */
export function isReserved(name: string): boolean {
  return reserved.has(name) || reservedStarts.some((start) => name.startsWith(start));
}

const headerName = z
  .string()
  .transform((text) => text.toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, { error: ({ input }) => `"${input}" is no name of a header` })
      .refine((name) => !isReserved(name), {
        error: ({ input }) => `"${input}" is the gateway's own and no rule may set it or pass it on`,
      }),
  );
const headerValue = z
  .string()
  .max(4_096)
  .regex(/^[\x20-\x7e]*$/, { error: 'the value of a header must be printable ASCII' });
const matching = z.strictObject({
  matching: z
    .string()
    .max(256)
    .transform((source, context) => {
      try {
        return new RegExp(source);
      } catch (error) {
        context.addIssue(error instanceof Error ? error.message : String(error));
        return z.NEVER;
      }
    }),
});
const subgraph = z
  .string()
  .min(1)
  .optional()
  .transform((name) => name ?? null);

const forms = {
  propagate: z
    .strictObject({
      propagate: headerName,
      rename: headerName.optional(),
      default: headerValue.optional(),
      subgraph,
    })
    .transform(({ propagate: name, rename, default: preset, ...rest }): HeaderRule => {
      return { kind: 'propagate', name, as: rename ?? name, preset: preset ?? null, ...rest };
    }),
  'propagate matching': z
    .strictObject({ propagate: matching, subgraph })
    .transform(({ propagate, ...rest }): HeaderRule => {
      return { kind: 'propagate matching', pattern: propagate.matching, ...rest };
    }),
  insert: z
    .strictObject({ insert: z.strictObject({ name: headerName, value: headerValue }), subgraph })
    .transform(({ insert, ...rest }): HeaderRule => ({ kind: 'insert', ...insert, ...rest })),
  remove: z
    .strictObject({ remove: headerName, subgraph })
    .transform(({ remove: name, ...rest }): HeaderRule => ({ kind: 'remove', name, ...rest })),
  'remove matching': z
    .strictObject({ remove: matching, subgraph })
    .transform(({ remove, ...rest }): HeaderRule => {
      return { kind: 'remove matching', pattern: remove.matching, ...rest };
    }),
};

/** The rules; or what is wrong, a line for each problem. */
export function parseHeaderRules(text: string): readonly HeaderRule[] | { readonly problems: string[] } {
  if (text.length > textCharsMax) return { problems: [`is longer than ${textCharsMax} characters`] };
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return { problems: [`is not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  if (!Array.isArray(list)) return { problems: ['must be a list of rules'] };
  if (list.length > rulesMax) return { problems: [`has more than ${rulesMax} rules`] };
  const rules: HeaderRule[] = [];
  const problems: string[] = [];
  for (const [index, item] of list.entries()) {
    const form = pickForm(item);
    const parsed = form?.safeParse(item);
    if (parsed?.success) rules.push(parsed.data);
    else problems.push(`rule ${index + 1}: ${parsed === undefined ? noAction : describe(parsed.error)}`);
  }
  return problems.length > 0 ? { problems } : rules;
}

const noAction = 'must have one of propagate, insert and remove';

function pickForm(item: unknown): z.ZodType<HeaderRule> | null {
  if (typeof item !== 'object' || item === null) return null;
  const actions = (['propagate', 'insert', 'remove'] as const).filter((name) => Object.hasOwn(item, name));
  const [action] = actions;
  if (action === undefined || actions.length > 1) return null;
  const isMatching = action !== 'insert' && typeof Reflect.get(item, action) === 'object';
  return forms[isMatching ? (`${action} matching` as const) : action];
}

function describe(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
