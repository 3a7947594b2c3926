/** The stack's secrets: made once, kept in the data folder for its owner alone. Called by stack.ts. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from './json-file.ts';

export interface Secrets {
  /** EC P-256, PKCS #8 PEM. */
  readonly jwtPrivateKey: string;
  readonly internalKey: string;
  readonly postgresPassword: string;
  readonly authDatabasePassword: string;
  readonly storageDatabasePassword: string;
}

/** The secrets of this data folder; fresh ones the first time. */
export function ensureSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  const found = readJson<Secrets>(file);
  if (found !== null) return found;
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const secrets = {
    jwtPrivateKey: privateKey,
    internalKey: makeSecret(),
    postgresPassword: makeSecret(),
    authDatabasePassword: makeSecret(),
    storageDatabasePassword: makeSecret(),
  };
  writeJson(file, secrets, 0o600);
  chmodSync(file, 0o600);
  return secrets;
}

function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}
