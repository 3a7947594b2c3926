/** `npm run reset`: removes the data of the embedded stack. Run through infra/bootstrap.mjs. */
import { runCommand } from './command.ts';
import { resetStack } from './stack-reset.ts';

await runCommand({
  usage: 'npm run reset',
  summary: 'Removes all data of the embedded Postgres and Kafka, the logs and the generated keys.',
  details: ['Refuses while MessageMe is running. Downloads are kept.'],
  run: resetStack,
});
