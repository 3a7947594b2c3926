/** The development mailbox process: catches every mail and text message the stack sends. Started by infra/stack. */
import { runService } from '#platform/service.ts';
import { readMailboxConfig } from './config.ts';
import { startMailboxService } from './mailbox.ts';

await runService('mailbox', readMailboxConfig, startMailboxService);
