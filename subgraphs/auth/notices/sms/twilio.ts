/**
 * Text messages by Twilio's HTTP API:
 * https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
 */
import type { SmsSender } from './sms-sender.ts';
import { post } from './sms-sender.ts';

const apiUrl = 'https://api.twilio.com/2010-04-01';

export interface TwilioSettings {
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
}

export function createTwilioSms({ accountSid, authToken, from }: TwilioSettings): SmsSender {
  const url = `${apiUrl}/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
  return {
    send: (to, text) =>
      post(url, { headers, body: new URLSearchParams({ To: to, From: from, Body: text }).toString() }),
  };
}
