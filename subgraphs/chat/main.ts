/** Entry of the chat process: conversations, messages, live streams. */
import { runService } from '#platform/service.ts';
import { startChat } from './chat.ts';
import { readChatConfig } from './config.ts';

await runService('chat', readChatConfig, startChat);
