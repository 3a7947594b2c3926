/** `npm run status`: prints the table again, with the health of every part. Run through infra/bootstrap.mjs. */
import { runCommand } from './command.ts';
import { printStatus } from './stack-status.ts';

await runCommand({
  usage: 'npm run status',
  summary: 'Says whether MessageMe runs in this folder, and how each part is.',
  details: ['Ends with 0 when every part works, else with 1.'],
  run: printStatus,
});
