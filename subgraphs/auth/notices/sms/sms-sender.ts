/**
 * The port for text messages; sms/twilio.ts and sms/mailbox.ts are its two adapters. Called by notices.ts.
 */
export interface SmsSender {
  /** Resolves when the provider has taken the message; `to` is E.164. */
  send(to: string, text: string): Promise<void>;
}

const answerTimeoutMs = 10_000;

/**
 * Posts and throws unless the answer is a 2xx; the body of an answer is not repeated, it may hold the text.
 */
export async function post(
  url: string,
  init: { headers: Record<string, string>; body: string },
): Promise<void> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const response = await fetch(url, { method: 'POST', redirect: 'error', signal, ...init });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the provider of text messages answered ${response.status}`);
}
