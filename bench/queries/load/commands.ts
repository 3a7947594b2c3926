/** What the benchmark asks of its load generator, and what it hears. Between load-generator.ts and process.ts. */

export interface LoadRequest {
  readonly path: string;
  /** JSON. */
  readonly body: string;
  /** Of the body of the right answer. */
  readonly answerBytes: number;
}

export interface Target {
  readonly port: number;
  readonly connections: number;
  /** Chosen from at random. */
  readonly requests: readonly LoadRequest[];
  /** Of the choice. */
  readonly seed: number;
  /** Half of the time a request that the server has never got. */
  readonly isMissHeavy: boolean;
}

export interface Load {
  readonly ms: number;
  /** Requests a second, sent when they are due; null: each connection sends its next one when the last has been answered. */
  readonly rate: number | null;
}

export interface LoadResult {
  readonly requests: number;
  /** From the first request to the last answer. */
  readonly tookMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of another status or length, and connections that ended before theirs. */
  readonly failures: number;
  /** What the first of them was. */
  readonly failure: string | null;
}

/** Command -> answer. */
export interface Commands {
  /** Answered when all are connected. */
  open: [Target, null];
  /** Answered when the last answer has come. */
  run: [Load, LoadResult];
  close: [null, null];
}

export type CommandName = keyof Commands;

export interface Command {
  readonly name: CommandName;
  readonly input: unknown;
}

export type Report = { readonly output: unknown } | { readonly error: string };
