/** An instant that may be absent, as the contract's DateTime. Called by the type resolvers. */
export function toDate(unixMs: number | undefined): Date | null {
  return unixMs === undefined ? null : new Date(unixMs);
}
