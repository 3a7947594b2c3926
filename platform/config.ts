/**
 * The only reader of the environment. A process lists its settings as zod fields in its config.ts; readConfig takes `accessTokenTtlMs` from
 * ACCESS_TOKEN_TTL_MS or the file named by ACCESS_TOKEN_TTL_MS_FILE, collects every problem and throws once.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { failPoints, parseFailPoint } from './fail-points.ts';

/** Everything that is wrong with the environment, a line each; its message is meant for the operator. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** ACCESS_TOKEN_TTL_MS for accessTokenTtlMs. */
export function toEnvironmentName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** The validated settings; throws ConfigError. `rules` says what can't go together, e.g. in production. */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  rules: (config: z.infer<z.ZodObject<Shape>>) => readonly string[] = () => [],
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<z.ZodObject<Shape>> {
  const problems: string[] = [];
  const raw: Record<string, string | undefined> = {};
  for (const field of Object.keys(shape))
    raw[field] = readVariable(toEnvironmentName(field), environment, problems);
  const result = z.object(shape).safeParse(raw);
  if (!result.success) {
    for (const issue of result.error.issues) {
      problems.push(`${toEnvironmentName(String(issue.path[0]))}: ${issue.message}`);
    }
  }
  if (result.success)
    problems.push(...secretRules(result.data), ...faultRules(result.data), ...rules(result.data));
  if (problems.length > 0 || !result.success) throw new ConfigError(problems);
  return result.data;
}

/** Words that give away a secret nobody has changed. */
const placeholder = /change[-_ ]?me|example|secret-?key|development|default|^(.)\1+$/i;

/** No process starts in production with a secret that everybody knows. */
function secretRules(config: Readonly<Record<string, unknown>>): string[] {
  if (config.nodeEnv !== 'production') return [];
  return ['internalKey', 'jwtSecret'].flatMap((field) => {
    const secret = config[field];
    return typeof secret === 'string' && placeholder.test(secret)
      ? [`${toEnvironmentName(field)}: looks like a placeholder`]
      : [];
  });
}

/** What is armed to fail is not for production. */
function faultRules({ nodeEnv, faultAt }: Readonly<Record<string, unknown>>): string[] {
  return nodeEnv === 'production' && faultAt !== undefined
    ? ['FAULT_AT: is for fault tests and must not be set in production']
    : [];
}

/** For a library that takes a switch from the environment only; call it before the library is set up. */
export function setEnvironmentVariable(name: string, value: string): void {
  process.env[name] = value;
}

function readVariable(name: string, environment: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  const path = environment[`${name}_FILE`];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

const port = z.coerce.number({ error: 'must be a number from 1 to 65535' }).int().min(1).max(65535);
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** Field makers with the conventions of every process. */
export const fields = {
  port: (preset: number) => port.default(preset),
  flag: (preset: boolean) => flag.default(preset),
  list: (preset: string) => list.prefault(preset),
  /** A whole number of the unit its name ends with, from 1. */
  limit: (preset: number) =>
    z.coerce.number({ error: 'must be a whole number from 1' }).int().min(1).default(preset),
  /** The same from 0, which means none. */
  amount: (preset: number) =>
    z.coerce.number({ error: 'must be a whole number from 0' }).int().min(0).default(preset),
  text: (preset: string) => z.string().default(preset),
};

/** What every process has. */
export const serviceFields = {
  nodeEnv: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('production refuses unsafe settings'),
  logLevel: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('lines below it are not written'),
  host: fields.text('127.0.0.1').describe('address to listen on'),
  internalKey: z
    .string()
    .min(32, 'must have 32 characters or more')
    .describe('proves to subgraphs and gRPC services that a caller is ours'),
  faultAt: z
    .string()
    .refine((text) => parseFailPoint(text) !== null, {
      error: `must be point, point:stop or point:kill@3, and the point one of ${failPoints.join(', ')}`,
    })
    .optional()
    .describe('where to die or stop once, for fault tests; refused in production'),
};

/** What every process that speaks to Kafka has. */
export const kafkaFields = {
  kafkaBrokers: z
    .string({ error: 'is missing: a comma list of host:port' })
    .pipe(list)
    .refine((brokers) => brokers.length > 0 && brokers.every((broker) => /^.+:\d{1,5}$/.test(broker)), {
      error: 'must be a comma list of host:port',
    })
    .describe('brokers, a comma list of host:port'),
  kafkaTopicPrefix: fields.text('').describe('put in front of every topic and group name'),
  kafkaPartitions: fields
    .limit(6)
    .describe('partitions of chat.commands and chat.events when they are created'),
  kafkaReplicationFactor: fields
    .limit(1)
    .describe('copies of every topic when it is created; 3 or more in production'),
};

/** What every process that checks access tokens has. */
export const tokenFields = {
  jwtIssuer: fields.text('messageme').describe('`iss` of access tokens'),
  jwtAudience: fields.text('messageme').describe('`aud` of access tokens'),
  accessTokenTtlMs: fields
    .limit(10 * 60 * 1000)
    .describe('life of an access token; the same for every process, one that lives longer is refused'),
  jwksUrl: z.url().optional().describe("auth's /.well-known/jwks.json"),
  jwtSecret: z
    .string()
    .min(32, 'must have 32 characters or more')
    .optional()
    .describe('HS256 secret instead of keys, for one-box installs'),
};

/** Settings shared by `rules` of processes that speak to Kafka. */
export function kafkaRules(config: { nodeEnv: string; kafkaReplicationFactor: number }): string[] {
  const unsafe = config.nodeEnv === 'production' && config.kafkaReplicationFactor < 3;
  return unsafe
    ? ['KAFKA_REPLICATION_FACTOR: must be 3 or more in production, or an acknowledged message can be lost']
    : [];
}

/** Exactly one source of verification keys. */
export function tokenRules(config: {
  jwksUrl?: string | undefined;
  jwtSecret?: string | undefined;
}): string[] {
  return config.jwksUrl === undefined && config.jwtSecret === undefined
    ? ['JWKS_URL: is missing (or set JWT_SECRET)']
    : [];
}
