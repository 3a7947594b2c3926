/** What JSON calls an object, of what came from outside. Used by the gateway and by the handshake of sockets. */

/** Neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
