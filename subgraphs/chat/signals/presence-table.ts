/** Who is there, as all chat copies have said. Pure: time is given. Called by presence.ts. */

export interface Presence {
  readonly isOnline: boolean;
  /** Unix milliseconds of when they were last there; null while they are, or when it is not known. */
  readonly lastSeenAtMs: number | null;
}

interface Row {
  /** Copy -> when it last said that they are there. */
  readonly copies: Map<string, number>;
  lastSeenAtMs: number | null;
}

const unknown: Presence = { isOnline: false, lastSeenAtMs: null };

export class PresenceTable {
  readonly #rows = new Map<string, Row>();
  readonly #unseenMs: number;
  readonly #rowsMax: number;

  constructor({ unseenMs, rowsMax }: { readonly unseenMs: number; readonly rowsMax: number }) {
    this.#unseenMs = unseenMs;
    this.#rowsMax = rowsMax;
  }

  get(userId: string): Presence {
    const row = this.#rows.get(userId);
    return row === undefined ? unknown : toPresence(row);
  }

  /** What one copy said at `atMs`. Returns the presence when it has changed by that, else null. */
  note(said: { userId: string; copyId: string; isOnline: boolean; atMs: number }): Presence | null {
    const row = this.#rows.get(said.userId) ?? { copies: new Map(), lastSeenAtMs: null };
    const wasOnline = row.copies.size > 0;
    if (said.isOnline) row.copies.set(said.copyId, said.atMs);
    else row.copies.delete(said.copyId);
    return this.#settle(said.userId, row, { wasOnline, atMs: said.atMs });
  }

  /** Forgets what was last said before `nowMs - unseenMs`; returns who has gone by that. */
  expire(nowMs: number): Map<string, Presence> {
    const gone = new Map<string, Presence>();
    for (const [userId, row] of this.#rows) {
      if (row.copies.size === 0) continue;
      const lastSaidAtMs = Math.max(...row.copies.values());
      for (const [copyId, atMs] of row.copies) if (atMs + this.#unseenMs <= nowMs) row.copies.delete(copyId);
      const changed = this.#settle(userId, row, { wasOnline: true, atMs: lastSaidAtMs });
      if (changed !== null) gone.set(userId, changed);
    }
    return gone;
  }

  #settle(
    userId: string,
    row: Row,
    { wasOnline, atMs }: { wasOnline: boolean; atMs: number },
  ): Presence | null {
    const isOnline = row.copies.size > 0;
    if (isOnline) row.lastSeenAtMs = null;
    else if (wasOnline) row.lastSeenAtMs = atMs;
    else return null;
    // The one that changed longest ago is the first to be forgotten.
    if (isOnline !== wasOnline) this.#rows.delete(userId);
    this.#rows.set(userId, row);
    if (this.#rows.size > this.#rowsMax) this.#forgetOne();
    return isOnline === wasOnline ? null : toPresence(row);
  }

  #forgetOne(): void {
    for (const userId of this.#rows.keys()) {
      this.#rows.delete(userId);
      return;
    }
  }
}

function toPresence({ copies, lastSeenAtMs }: Row): Presence {
  return { isOnline: copies.size > 0, lastSeenAtMs: copies.size > 0 ? null : lastSeenAtMs };
}
