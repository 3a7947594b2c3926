/**
 * `npm run bench -- <scenario>`: starts the embedded stack and one copy of every process, runs a scenario against it from this process and prints its
 * figures. Trust ratios within one run; the machine's load is in every absolute number.
 */
import { parseArgs } from 'node:util';
import { startNetwork } from '#tests/harness/network.ts';
import { startTestStack } from '#tests/harness/stack.ts';
import { measureLiveLatency } from './scenarios/live-latency.ts';

const usage = `Usage: npm run bench -- live-latency [--rate <messages per second>] [--seconds <n>]

  live-latency   from sendMessage to the message at a subscriber that also asks for the sender's name, through the whole federation
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '30' },
    help: { type: 'boolean' },
  },
});
if (values.help || positionals[0] !== 'live-latency') {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 64;
} else {
  await using stack = await startTestStack({ print: console.log });
  Object.assign(process.env, stack.variables);
  await using network = await startNetwork({ name: 'bench' });
  const result = await measureLiveLatency(network, {
    rate: Number(values.rate),
    seconds: Number(values.seconds),
  });
  console.log(JSON.stringify({ ...result, memoryMiB: network.memory() }, null, 2));
}
