/**
 * `npm run bench -- <scenario>`: starts the embedded stack and one copy of every process, runs a scenario against it from this process and prints its
 * figures. Trust ratios within one run; the machine's load is in every absolute number.
 */
import { parseArgs } from 'node:util';
import type { Network } from '#tests/harness/network.ts';
import { startNetwork } from '#tests/harness/network.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import { measureInboxResume } from './scenarios/inbox-resume.ts';
import { measureLiveLatency } from './scenarios/live-latency.ts';
import { measureSlowReader } from './scenarios/slow-reader.ts';

const usage = `Usage: npm run bench -- <scenario> [options]

  live-latency   from sendMessage to the message at a subscriber that also asks for the sender's name, through the whole federation
                 --rate <messages per second> --seconds <n>
  inbox-resume   from subscribing with an old cursor to InboxCaughtUp, with the sender of every message
                 --conversations <n> --events <n> --rounds <n>
  slow-reader    delivery to those who read a busy conversation, without another connection, with one that reads and with one that has stopped
                 --rate <messages per second> --rounds <n>
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '30' },
    conversations: { type: 'string', default: '200' },
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean' },
  },
});

const scenarios: Readonly<Record<string, (network: Network) => Promise<object>>> = {
  'live-latency': (network) =>
    measureLiveLatency(network, { rate: Number(values.rate), seconds: Number(values.seconds) }),
  'inbox-resume': (network) =>
    measureInboxResume(network, {
      conversations: Number(values.conversations),
      events: Number(values.events),
      rounds: Number(values.rounds),
    }),
  'slow-reader': (network) =>
    measureSlowReader(network, { rate: Number(values.rate), rounds: Number(values.rounds) }),
};

const scenario = scenarios[positionals[0] ?? ''];
if (values.help || scenario === undefined) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 64;
} else {
  await using stack = await startTestStack({ print: console.log });
  Object.assign(process.env, stack.variables);
  await using network = await startNetwork({ name: 'bench' });
  const result = await scenario(network);
  console.log(JSON.stringify({ ...result, memoryMiB: network.memory() }, null, 2));
}
