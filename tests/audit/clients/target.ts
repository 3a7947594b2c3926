/** The gateway under audit, as clients see it. Made by run.ts or a starter of gateways/, used by clients and cases. */

export interface Target {
  readonly url: string;
  readonly wsUrl: string;
  /** Value of the `authorization` header and of `authorization` in connection_init, for each of two people. */
  readonly authorization: Readonly<Record<ViewerName, string>>;
  /** Called after the supergraph file has changed; null when the gateway follows the file by itself. */
  readonly reload: (() => Promise<void>) | null;
  /** Of the gateway's process; null when it is not known. */
  readonly pid: (() => number | null) | null;
}

export type ViewerName = 'first' | 'second';
