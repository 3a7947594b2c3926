/** The message store process: gRPC only. */
import { runService } from '#platform/service.ts';
import { readStoreConfig } from './config.ts';
import { startStore } from './store.ts';

await runService('message-store', readStoreConfig, startStore);
