/** A process as the supervisor sees it. Described by postgres.ts, kafka.ts and node-programs.ts, run by supervisor.ts. */

/** What to run, and how to tell that it works. */
export interface Program {
  readonly name: string;
  /** Higher tiers stand on lower ones and are stopped first. */
  readonly tier: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Another user to run as; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly container?: string;
  /** The ports it will listen on, by the variable that changes each. They must be free before every start: else a stranger's answer would pass for ours. */
  readonly ports: ReadonlyMap<string, number>;
  /** Asked again and again until it says true. */
  readonly isReady: () => Promise<boolean>;
  /** The text for the terminal when a line of output deserves it, else null. */
  readonly toNotice: (line: string) => string | null;
  /** Runs before every start. */
  readonly prepare?: () => Promise<void>;
  /** Runs after every end. */
  readonly onExit?: () => void;
}
