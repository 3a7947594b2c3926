/**
 * One case: an operation, executed by Apollo and compiled on the same plan, compiled on Hive's plan, and by one graph that has everything where nothing goes
 * wrong. Equal, or different in a way that has a name: differences.test.ts shows for each who is right. Called by explore.ts.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { QueryResult } from '#gateway/queries/execution/prepared-operation.ts';
import type { Answer, Told } from './answers.ts';
import {
  fromApollo,
  fromCompiled,
  isNulled,
  isPart,
  isPartlyShaped,
  isSameList,
  isSameShape,
  isSameValue,
  toNulledPlace,
} from './answers.ts';
import type { Asked, Executed, World } from './world.ts';

/** A difference that nothing explains. */
export class Unexplained extends Error {
  override readonly name = 'Unexplained';
}

/** What was seen in the case, in words. Throws Unexplained. */
export async function compareCase(world: World, asked: Asked): Promise<readonly string[]> {
  const judged = JSON.stringify(world.judge(asked).data);
  return [
    ...(await comparePlanOfApollo(world, asked, judged)),
    ...(await compareGateway(world, asked, judged)),
  ];
}

async function comparePlanOfApollo(world: World, asked: Asked, judged: string): Promise<string[]> {
  let plan: QueryPlan;
  try {
    plan = world.planByApollo(asked);
  } catch {
    return ['Apollo has no plan'];
  }
  const theirs = fromApollo(await world.executeByApollo(asked, plan));
  const executed = await world.executeCompiled(asked, plan);
  const ours = fromCompiled(executed.result);
  const facts: Facts = { world, asked, plan, theirs, ours, judged };
  const seen = compareAgain(executed);
  const difference = compareData(facts);
  // After that errors are of other things, too.
  if (difference === interfaceName || difference === halfEntity) return [...seen, difference];
  const others = [difference, compareErrors(facts), compareViolations(facts)];
  return [...seen, ...others.filter((one) => one !== null)];
}

interface Facts {
  readonly world: World;
  readonly asked: Asked;
  readonly plan: QueryPlan;
  readonly theirs: Answer;
  readonly ours: Answer;
  /** What is right where nothing goes wrong; in other weather only the fields of objects can be compared with it. */
  readonly judged: string;
}

const interfaceName = 'Apollo takes the name of an interface for that of an object';

const halfEntity = 'Apollo asks for an entity with half of what is required';

/** Does a fetch of the plan require several things of one entity? */
function requiresSeveral(planText: string): boolean {
  const lists = planText.matchAll(/"requires":(\[.*?\]),"variableUsages"/g);
  return [...lists].some(([, list]) => JSON.parse(list as string).length > 1);
}

function compareData(facts: Facts): string | null {
  const { theirs, ours, judged, world, plan, asked } = facts;
  const isFine = asked.weather.kind === 'fine';
  if (theirs.data === 'undefined') throw explain('data', facts);
  const [our, their, right] = [ours.data, theirs.data, judged].map((text) => JSON.parse(text));
  const isShaped = isFine ? isSameShape(our, right) : isPartlyShaped(our, right);
  if (ours.data === theirs.data) return isFine && ours.data !== judged ? "Apollo's plan is wrong" : null;
  if (isShaped && isSameValue(our, their)) return 'Apollo has fields in another order';
  const text = JSON.stringify(plan);
  if (isShaped && world.renamesInterfaceObjects(text)) return interfaceName;
  // Only with conditions inside fetches, which the gateway does not plan, or after something has failed.
  if ((!isFine || /@(skip|include)/.test(text)) && requiresSeveral(text) && isNulled(our, their))
    return halfEntity;
  if (ours.data !== judged) throw explain('data', facts);
  if (text.includes('"KeyRenamer"')) return 'Apollo loses what it renames when it is false, 0 or empty';
  if (asked.text.includes('...') && isPart(their, our))
    return 'Apollo forgets what an object is behind two fragments';
  throw explain('data', facts);
}

function compareErrors(facts: Facts): string | null {
  const { theirs, ours, asked, world } = facts;
  const isOfFetch = ({ path }: Told) => path.includes('"_entities"');
  const withPath = (answer: Answer) =>
    answer.errors.map((one) => JSON.stringify(isOfFetch(one) ? { ...one, path: 'undefined' } : one));
  if (isSameList(withPath(theirs), withPath(ours)))
    return theirs.errors.some(isOfFetch) ? 'Apollo tells a place of what has none' : null;
  const withoutPath = (answer: Answer) => answer.errors.map(({ message, code }) => `${code} ${message}`);
  const places = world.findPlaces(asked);
  const isKnown = ({ message, path }: Told) => {
    if (path === 'undefined') return true;
    const [, type, id] = /^(\w+)\.\w+ of (\d+) /.exec(message) ?? /^(\w+) (\d+) of/.exec(message) ?? [];
    const found = places.get(message) ?? places.get(`${type} ${id}`);
    return found === undefined || [...found].some((place) => path.startsWith(place.slice(0, -1)));
  };
  if (isSameList(withoutPath(theirs), withoutPath(ours)) && ours.errors.every(isKnown))
    return 'Apollo has errors of entities at wrong places';
  const theirLeft = withoutPath(theirs);
  const isLess = withoutPath(ours).every((one) => theirLeft.includes(one));
  if (isLess && requiresSeveral(JSON.stringify(facts.plan))) return halfEntity;
  throw explain('errors', facts);
}

function compareViolations(facts: Facts): string | null {
  const { theirs, ours, world, plan } = facts;
  if (ours.errors.length > 0) return null;
  const placesOf = (answer: Answer) => answer.violations.map(({ path, code }) => `${code} ${path}`);
  if (isSameList(placesOf(theirs), placesOf(ours))) return null;
  const data = JSON.parse(ours.data);
  const nulled = (answer: Answer) => [
    ...new Set(answer.violations.map(({ path }) => toNulledPlace(data, path))),
  ];
  if (isSameList(nulled(theirs), nulled(ours))) return 'several violations below one null';
  const ourPlaces = new Set(nulled(ours));
  const isOfType = ({ path }: Told) => path.endsWith('"__typename"]');
  const isSilent = ours.violations.some(isOfType) || world.renamesInterfaceObjects(JSON.stringify(plan));
  if (isSilent && nulled(theirs).every((place) => ourPlaces.has(place)))
    return 'Apollo nulls an object of unknown type without a word';
  throw explain('violations', facts);
}

async function compareGateway(world: World, asked: Asked, judged: string): Promise<string[]> {
  const made = await executeAsGateway(world, asked);
  if (made === null) return ['no planner has a plan'];
  const { planned } = made;
  const ours = fromCompiled(made.result);
  const seen = planned === null ? ['no plan needed'] : [`planned by ${planned.by}`];
  seen.push(...compareAgain(made));
  if (planned?.isAfterCrash) seen.push('Hive ends its process');
  const [our, right] = [ours.data, judged].map((text) => JSON.parse(text));
  const isFine = asked.weather.kind === 'fine';
  if (isFine ? ours.data === judged : isPartlyShaped(our, right)) return seen;
  if (planned?.by === 'Apollo') return [...seen, "Apollo's plan is wrong"];
  throw new Unexplained(
    `the gateway says\n${ours.data}\n${JSON.stringify(ours.errors)}\nwhere it should be\n${judged}\nby ${JSON.stringify(planned)}`,
  );
}

async function executeAsGateway(
  world: World,
  asked: Asked,
): Promise<Awaited<ReturnType<World['executeAsGateway']>> | null> {
  try {
    return await world.executeAsGateway(asked);
  } catch (error) {
    if (error instanceof Error && error.name === 'PlanningError') return null;
    throw error;
  }
}

/** Whichever way the answer is made, it is the same. */
function compareAgain({ result, again }: Executed): string[] {
  if (again === null) return [];
  const [first, second] = [fromCompiled(result), fromCompiled(again)];
  const sorted = ({ errors, violations }: Answer) =>
    [...errors, ...violations].map((one) => JSON.stringify(one));
  const isSame = first.data === second.data && isSameList(sorted(first), sorted(second));
  if (!isSame || toPolicy(result) !== toPolicy(again))
    throw new Unexplained(`first\n${JSON.stringify(first)}\nthen\n${JSON.stringify(second)}`);
  return result.kind === 'data' && again.kind === 'body' ? [spliced] : [];
}

/** Seen when an answer was put together from bytes. */
export const spliced = 'put together from bytes';

function toPolicy(result: QueryResult): string {
  return result.kind === 'refused' ? '' : JSON.stringify(result.cachePolicy);
}

function explain(what: string, { theirs, ours, judged }: Facts): Unexplained {
  const show = ({ data, errors, violations }: Answer) =>
    [data, ...errors, ...violations]
      .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
      .join('\n  ');
  return new Unexplained(`${what} differ\nApollo ${show(theirs)}\nours   ${show(ours)}\nright  ${judged}`);
}
