/** LIVE 2/2: when a connection takes results again, those of its operations that hold some go on; who was reached last time is behind the others. Used by client-socket.ts and http-stream.ts. */

interface Held {
  resume(): void;
}

/** Resumes operations from the one at `first` on, for as long as the connection is ready. Returns where to begin the next time. */
export function resumeInTurn(operations: Iterable<Held>, first: number, isReady: () => boolean): number {
  const all = [...operations];
  const from = all.length === 0 ? 0 : first % all.length;
  const ordered = [...all.slice(from), ...all.slice(0, from)];
  const reached = ordered.findIndex((operation) => {
    if (!isReady()) return true;
    operation.resume();
    return false;
  });
  return reached < 0 ? 0 : (from + reached) % all.length;
}
