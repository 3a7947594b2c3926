/** The limits both ends of our gRPC connections agree on. Called by client.ts and server.ts. */

/** A page of the longest messages, or a batch of commands, fits in it several times. */
export const messageBytesMax = 8 * 1024 * 1024;
/** How often a silent peer is asked whether it lives, and how long it may take to answer. */
export const pingMs = 10_000;
export const pingTimeoutMs = 5_000;
