/** Writes docs/config.md from the settings each process declares in its config.ts. Called by codegen.ts. */

import type { z } from 'zod';
import { gatewayFields } from '#gateway/config.ts';
import { toEnvironmentName } from '#platform/config.ts';
import { authFields } from '../subgraphs/auth/config.ts';
import { chatFields } from '../subgraphs/chat/config.ts';
import { storageFields } from '../subgraphs/storage/config.ts';
import { storeFields } from '../subgraphs/storage/store/config.ts';
import { mailboxFields } from './mailbox/config.ts';

const processes: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  gateway: gatewayFields,
  auth: authFields,
  chat: chatFields,
  storage: storageFields,
  'message store': storeFields,
  'dev mailbox': mailboxFields,
};

const introduction = `# Configuration

Written by \`npm run codegen\` from each process's \`config.ts\`; do not edit.

Every process reads its settings from the environment, once, at start, and refuses to start when one of them is not usable. Each variable
can also be given as a file: \`INTERNAL_KEY_FILE=/run/secrets/internal_key\` instead of \`INTERNAL_KEY\`, which goes first. Names end with their unit.
\`npm start\` sets all of them. Elsewhere, what is marked **required** has to be set, and one source of keys: \`JWKS_URL\` (auth: \`JWT_PRIVATE_KEY\`)
or \`JWT_SECRET\`; auth also wants \`MAILBOX_URL\` or the \`TWILIO_…\` settings. The settings of \`npm start\` itself: \`npm start -- --help\`.
`;

/** The page: a table of variables for each process. */
export function renderConfigPage(): string {
  const sections = Object.entries(processes).map(([title, fields]) => renderSection(title, fields));
  return [introduction, ...sections].join('\n');
}

function renderSection(title: string, fields: Readonly<Record<string, z.ZodType>>): string {
  const rows = Object.entries(fields).map(([name, field]) => {
    const meaning = (field.description ?? '').replaceAll('|', '\\|');
    return `| \`${toEnvironmentName(name)}\` | ${describePreset(field)} | ${meaning} |`;
  });
  return [`## ${title}`, '', '| variable | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function describePreset(field: z.ZodType): string {
  const parsed = field.safeParse(undefined);
  if (!parsed.success) return '**required**';
  const preset = Array.isArray(parsed.data) ? parsed.data.join(',') : parsed.data;
  return preset === undefined || preset === '' ? '' : `\`${preset}\``;
}
