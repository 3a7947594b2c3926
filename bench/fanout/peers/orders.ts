/** Tells a process whose events arise in itself what to publish. Used by event-servers.ts and plain-backend.ts. */
import type { Order } from './peer.ts';

/** Resolves when it has done so. */
export async function postOrders(port: number, orders: readonly Order[]): Promise<void> {
  const body = JSON.stringify(orders);
  const response = await fetch(`http://127.0.0.1:${port}/publish`, { method: 'POST', body });
  await response.text();
  if (!response.ok) throw new Error(`${orders.length} orders were answered with ${response.status}`);
}
