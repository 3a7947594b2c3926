/** Keeps the terminal calm while a part is away and others complain about it: the same notice is shown once in a while. Made by supervised-program.ts. */
const quietMs = 30_000;
const noticesMax = 200;

/** Answers whether a notice is news at this time (milliseconds). */
export function createNoticeFilter(): (notice: string, nowMs: number) => boolean {
  const shownAt = new Map<string, number>();
  return (notice, nowMs) => {
    const last = shownAt.get(notice);
    if (last !== undefined && nowMs - last < quietMs) return false;
    // Re-inserted at the end, so that the first key is the one to forget.
    shownAt.delete(notice);
    shownAt.set(notice, nowMs);
    const [oldest] = shownAt.keys();
    if (shownAt.size > noticesMax && oldest !== undefined) shownAt.delete(oldest);
    return true;
  };
}
