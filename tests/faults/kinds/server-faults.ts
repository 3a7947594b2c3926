/** Kafka and Postgres: killed, stopped, restarted, without room on the disk. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SupervisedProgram } from '#infra/stack/supervised-program.ts';
import type { FaultKind, Trouble } from './kind.ts';
import { always, over, until } from './kind.ts';

const stopMsMax = 8_000;
const fullMsMax = 6_000;

type Choose = (trouble: Trouble) => SupervisedProgram;

const chooseBroker: Choose = ({ scene, random }) => random.pick(scene.stack.brokers);
const choosePostgres: Choose = ({ scene }) => scene.stack.postgres;

/** It is started again by its supervisor; recovery counts from the signal. */
function end(choose: Choose, signal: NodeJS.Signals): FaultKind['inflict'] {
  return async (trouble) => {
    const program = choose(trouble);
    const before = program.pid();
    program.kill(signal);
    const fault = over(program.name);
    await until(`${program.name} to be started again`, () => ![null, before].includes(program.pid()));
    return fault;
  };
}

function stop(choose: Choose): FaultKind['inflict'] {
  return async (trouble) => {
    const program = choose(trouble);
    const ms = trouble.random.between(200, stopMsMax);
    program.kill('SIGSTOP');
    await delay(ms);
    program.kill('SIGCONT');
    return over(`${program.name} for ${ms} ms`);
  };
}

async function fillDisk({ scene, random }: Trouble): ReturnType<FaultKind['inflict']> {
  const ms = random.between(1_000, fullMsMax);
  scene.disk?.fill();
  await delay(ms);
  scene.disk?.free();
  return over(`no room for Postgres for ${ms} ms`);
}

export const serverFaults: readonly FaultKind[] = [
  {
    name: 'kafka-kill',
    breaks: 'kafka',
    weight: 3,
    isPossible: always,
    inflict: end(chooseBroker, 'SIGKILL'),
  },
  { name: 'kafka-stop', breaks: 'kafka', weight: 2, isPossible: always, inflict: stop(chooseBroker) },
  {
    name: 'kafka-restart',
    breaks: 'kafka',
    weight: 1,
    isPossible: always,
    inflict: end(chooseBroker, 'SIGTERM'),
  },
  {
    name: 'postgres-kill',
    breaks: 'postgres',
    weight: 3,
    isPossible: always,
    inflict: end(choosePostgres, 'SIGKILL'),
  },
  { name: 'postgres-stop', breaks: 'postgres', weight: 2, isPossible: always, inflict: stop(choosePostgres) },
  {
    name: 'postgres-restart',
    breaks: 'postgres',
    weight: 2,
    isPossible: always,
    inflict: end(choosePostgres, 'SIGINT'),
  },
  {
    name: 'disk-full',
    breaks: 'postgres',
    weight: 2,
    isPossible: ({ disk }) => disk !== null,
    inflict: fillDisk,
  },
];
