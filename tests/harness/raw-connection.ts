/** A TCP connection on which tests say what no HTTP client would. Used by tests/security. */
import { connect } from 'node:net';

/** Sends the head of an upgrade and resets the connection so many ms later. */
export function resetAfter(target: string, head: string, ms: number): Promise<void> {
  const { port, host } = new URL(target);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('close', () => resolve());
    // The reset is ours; the other side may be faster.
    socket.once('error', () => socket.destroy());
    socket.once('connect', () => {
      socket.write(`${head}Host: ${host}\r\nConnection: Upgrade\r\n\r\n`);
      setTimeout(() => socket.resetAndDestroy(), ms);
    });
  });
}

/** Everything that comes back before the connection ends. */
export function sendRaw(target: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(target).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (data) => {
      answer += String(data);
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}
