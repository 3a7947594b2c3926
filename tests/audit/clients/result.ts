/** What a client gets for an operation, over any transport. */
export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly ResultError[];
  readonly [member: string]: unknown;
}

export interface ResultError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface Payload {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** How an operation has ended. */
export type End =
  | { readonly kind: 'complete' }
  | { readonly kind: 'error'; readonly errors: readonly ResultError[] }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** One line about an end, for people. */
export function describeEnd(end: End | null): string {
  switch (end?.kind) {
    case undefined:
      return 'nothing';
    case 'complete':
      return 'complete';
    case 'error':
      return `error: ${end.errors.map(({ message }) => message).join('; ')}`;
    case 'closed':
      return `closed with ${end.code} ${end.reason}`.trim();
  }
}

/** A text that fits into a cell of the table. */
export function shorten(value: unknown, charsMax = 160): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return text.length > charsMax ? `${text.slice(0, charsMax)}…` : text;
}
