/** `npm start`: the whole system on this machine, until Ctrl+C. Run through infra/bootstrap.mjs. */
import { runCommand } from './command.ts';
import { runStack } from './runner.ts';

await runCommand({
  usage: 'npm start',
  summary: 'Starts MessageMe with its own Postgres, Kafka and mailbox. Ctrl+C stops everything.',
  details: [
    'Ports:   GATEWAY_PORT 4000, AUTH_PORT 8081, CHAT_PORT 8080, STORAGE_PORT 8082, STORE_PORT 9090, DIRECTORY_PORT 9091,',
    '         POSTGRES_PORT 5433, KAFKA_PORT 9093, KAFKA_CONTROLLER_PORT 9094, MAILBOX_PORT 8025, SMTP_PORT 1025',
    'Instead of an embedded part: KAFKA_BROKERS, AUTH_DATABASE_URL, STORAGE_DATABASE_URL, SMTP_URL',
    'Folders: MESSAGEME_DATA (.messageme), MESSAGEME_CACHE (~/.cache/messageme)',
    'Logs:    .messageme/logs; LOG_LEVEL=debug shows all of them here',
  ],
  run: runStack,
});
