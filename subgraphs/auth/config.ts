/** The settings of the auth process and what can't go together. Read once by main.ts. */
import { z } from 'zod';
import { fields, kafkaFields, kafkaRules, readConfig, serviceFields, tokenFields } from '#platform/config.ts';

import type { Limits } from './db/attempt-limits.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

export const authFields = {
  ...serviceFields,
  ...kafkaFields,
  ...tokenFields,
  port: fields.port(8081).describe('HTTP: GraphQL, key set, health, metrics'),
  grpcPort: fields.port(9091).describe('gRPC UserDirectoryService'),
  bodyBytesMax: fields.limit(256 * 1024).describe('longest request body'),
  authDatabaseUrl: z.url().describe('Postgres of the accounts'),
  authDatabaseConnectionsMax: fields.limit(10).describe('connections of one process to it'),
  jwtPrivateKey: z
    .string()
    .includes('PRIVATE KEY')
    .optional()
    .describe('PEM, EC P-256: signs access tokens (ES256)'),
  sessionTtlMs: fields.limit(30 * dayMs).describe('life of a session, however often its tokens are renewed'),
  sessionsPerAccountMax: fields
    .limit(100)
    .describe('live sessions of an account; a further one ends the least recently used'),
  refreshGraceMs: fields
    .limit(10_000)
    .describe('how long a used refresh token still gets a replacement for a lost reply'),
  registrationTtlMs: fields
    .limit(dayMs)
    .describe('how long a registration waits for its code and reserves its handle'),
  codeTtlMs: fields.limit(10 * minuteMs).describe('life of a mailed or texted code'),
  codeTriesMax: fields.limit(5).describe('tries per code'),
  passwordHashesMax: fields.limit(3).describe('argon2 hashes computed at once (19 MiB each)'),
  passwordQueueMax: fields.limit(100).describe('hashes that may wait; more are answered OVERLOADED'),
  loginWindowMs: fields.limit(15 * minuteMs).describe('window of the login limits'),
  loginPerAccountMax: fields.limit(10).describe('failed logins per name and window'),
  loginPerAddressMax: fields.limit(100).describe('failed logins per IP prefix and window'),
  loginGlobalMax: fields.limit(10_000).describe('failed logins altogether per window'),
  registerWindowMs: fields.limit(hourMs).describe('window of the registration limits'),
  registerPerAddressMax: fields.limit(100).describe('registrations per IP prefix and window'),
  registerGlobalMax: fields.limit(10_000).describe('registrations altogether per window'),
  mailWindowMs: fields.limit(hourMs).describe('window of the mail limits'),
  mailPerRecipientMax: fields.limit(6).describe('mails to one address per window'),
  mailPerAddressMax: fields.limit(100).describe('mails caused by one IP prefix per window'),
  smsWindowMs: fields.limit(hourMs).describe('window of the text message limits'),
  smsPerAccountMax: fields.limit(6).describe('text messages caused by one account per window'),
  smsPerRecipientMax: fields.limit(6).describe('text messages to one number per window'),
  smsPerAddressMax: fields.limit(60).describe('text messages caused by one IP prefix per window'),
  smsGlobalMax: fields.limit(1_000).describe('text messages altogether per window'),
  codeWindowMs: fields.limit(15 * minuteMs).describe('window of the limit on code checks'),
  codeChecksPerAddressMax: fields.limit(200).describe('wrong codes per IP prefix and window'),
  codeChecksGlobalMax: fields.limit(10_000).describe('wrong codes altogether per window'),
  smtpUrl: z.url({ protocol: /^smtps?$/ }).describe('mail server, smtp://user:password@host:port'),
  mailFrom: fields.text('MessageMe <no-reply@messageme.local>').describe('sender of mails'),
  smsProvider: z.enum(['mailbox', 'twilio']).default('mailbox').describe('who delivers text messages'),
  mailboxUrl: z.url().optional().describe('the development mailbox, for SMS_PROVIDER=mailbox'),
  twilioAccountSid: z.string().optional().describe('for SMS_PROVIDER=twilio'),
  twilioAuthToken: z.string().optional().describe('for SMS_PROVIDER=twilio'),
  twilioFrom: z.string().optional().describe('sending number, for SMS_PROVIDER=twilio'),
};

export type AuthConfig = z.infer<z.ZodObject<typeof authFields>>;

/** Throws ConfigError. */
export function readAuthConfig(): AuthConfig {
  return readConfig(authFields, (config) => [
    ...kafkaRules(config),
    ...keyRules(config),
    ...smsRules(config),
    ...productionRules(config),
  ]);
}

function keyRules({ jwtPrivateKey, jwtSecret }: AuthConfig): string[] {
  if (jwtPrivateKey === undefined && jwtSecret === undefined)
    return ['JWT_PRIVATE_KEY: is missing (or set JWT_SECRET)'];
  return [];
}

function smsRules(config: AuthConfig): string[] {
  if (config.smsProvider === 'mailbox') {
    return config.mailboxUrl === undefined ? ['MAILBOX_URL: is missing (or set SMS_PROVIDER=twilio)'] : [];
  }
  const missing = [
    ...(config.twilioAccountSid === undefined ? ['TWILIO_ACCOUNT_SID'] : []),
    ...(config.twilioAuthToken === undefined ? ['TWILIO_AUTH_TOKEN'] : []),
    ...(config.twilioFrom === undefined ? ['TWILIO_FROM'] : []),
  ];
  return missing.map((name) => `${name}: is missing (SMS_PROVIDER is twilio)`);
}

function productionRules(config: AuthConfig): string[] {
  if (config.nodeEnv !== 'production') return [];
  return config.smsProvider === 'mailbox'
    ? ['SMS_PROVIDER: mailbox is for development; set twilio in production']
    : [];
}

/** The limits by the names under which resolvers count. */
export function toLimits(config: AuthConfig): Limits {
  const login = config.loginWindowMs;
  const register = config.registerWindowMs;
  const mail = config.mailWindowMs;
  const sms = config.smsWindowMs;
  return {
    loginAccount: { attemptsMax: config.loginPerAccountMax, windowMs: login },
    loginAddress: { attemptsMax: config.loginPerAddressMax, windowMs: login },
    loginGlobal: { attemptsMax: config.loginGlobalMax, windowMs: login },
    registerAddress: { attemptsMax: config.registerPerAddressMax, windowMs: register },
    registerGlobal: { attemptsMax: config.registerGlobalMax, windowMs: register },
    mailRecipient: { attemptsMax: config.mailPerRecipientMax, windowMs: mail },
    mailAddress: { attemptsMax: config.mailPerAddressMax, windowMs: mail },
    smsAccount: { attemptsMax: config.smsPerAccountMax, windowMs: sms },
    smsRecipient: { attemptsMax: config.smsPerRecipientMax, windowMs: sms },
    smsAddress: { attemptsMax: config.smsPerAddressMax, windowMs: sms },
    smsGlobal: { attemptsMax: config.smsGlobalMax, windowMs: sms },
    codeAddress: { attemptsMax: config.codeChecksPerAddressMax, windowMs: config.codeWindowMs },
    codeGlobal: { attemptsMax: config.codeChecksGlobalMax, windowMs: config.codeWindowMs },
  };
}
