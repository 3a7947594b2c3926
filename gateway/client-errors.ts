/** How an error looks to clients, over HTTP and WebSocket alike. Made by gateway.ts; calls the mask of platform/graphql-errors.ts. */
import { createErrorMask } from '#platform/graphql-errors.ts';
import type { Logger } from '#platform/logger.ts';
import type { FormatError } from './subscriptions/execute-event.ts';

/** The end of graphql-js's messages that names what the schema has instead. */
const suggestion = /\s*Did you mean .+?\?$/s;

/** Masked, without the name of a subgraph, and without suggestions where clients must not learn the schema. */
export function createClientErrors(options: {
  readonly logger: Logger;
  readonly isSchemaHidden: boolean;
}): FormatError {
  const mask = createErrorMask(options.logger);
  return (formatted, error) => {
    const { message, extensions, ...rest } = mask(formatted, error);
    const { serviceName: _serviceName, ...shown } = extensions ?? {};
    return {
      ...rest,
      message: options.isSchemaHidden ? message.replace(suggestion, '') : message,
      extensions: shown,
    };
  };
}
