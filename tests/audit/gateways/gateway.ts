/** A gateway that the audit can start by itself. The starters beside this file make them; run.ts and audit.test.ts use them. */
import type { Target, ViewerName } from '../clients/target.ts';

export interface StartableGateway {
  /** For the report, with its version. */
  readonly title: string;
  /** Of two people who may subscribe. */
  readonly authorization: Readonly<Record<ViewerName, string>>;
  /** Serves the supergraph and follows the file; ready when it resolves. */
  start(supergraphPath: string): Promise<StartedGateway>;
}

export interface StartedGateway extends AsyncDisposable {
  readonly target: Target;
}

export interface GatewayOptions {
  /** For logs and settings; exists. */
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** What a subgraph finds of a viewer, wherever the gateway has put it: the authorization without its scheme. */
export function toCredentials(
  authorization: Readonly<Record<ViewerName, string>>,
): Readonly<Record<ViewerName, string>> {
  const withoutScheme = (text: string) => text.replace(/^\S+ /, '');
  return { first: withoutScheme(authorization.first), second: withoutScheme(authorization.second) };
}
