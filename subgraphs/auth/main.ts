/** Entry of the auth process: accounts, sessions, codes. */
import { runService } from '#platform/service.ts';
import { startAuth } from './auth.ts';
import { readAuthConfig } from './config.ts';

await runService('auth', readAuthConfig, startAuth);
