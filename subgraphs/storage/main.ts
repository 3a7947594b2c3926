/** Entry of the storage process: GraphQL history, and the worker that brings commands to the store. */
import { runService } from '#platform/service.ts';
import { readStorageConfig } from './config.ts';
import { startStorage } from './storage.ts';

await runService('storage', readStorageConfig, startStorage);
