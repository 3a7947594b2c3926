/** Asks a gateway the questions of all suites over their running subgraphs. Called by run.ts and federation.test.ts. */
import { createMonolith } from './monolith.ts';
import type { SeenRequest } from './subgraph-server.ts';
import { startSubgraphServer } from './subgraph-server.ts';
import type { Answer, Expected, Row, Suite } from './suite.ts';
import { composeSuite } from './supergraph.ts';

export interface Question {
  readonly supergraphSdl: string;
  readonly query: string;
  readonly variables: Row;
}

/** A gateway under audit. Cases of one suite come with the same supergraph, one after the other. */
export interface AuditedGateway extends AsyncDisposable {
  /** May reject; the case has failed then. */
  readonly execute: (question: Question) => Promise<Answer>;
}

export interface AuditRow {
  /** `<suite>/<case>` */
  readonly name: string;
  /** What is wrong; null when the answer is the expected one. */
  readonly wrong: string | null;
  /** What the subgraphs were asked. */
  readonly requests: readonly SeenRequest[];
}

interface Stage extends AsyncDisposable {
  readonly supergraphs: ReadonlyMap<Suite, string>;
  /** What came since the last call. */
  readonly takeRequests: () => SeenRequest[];
}

/** One row for each case, in order. */
export async function auditGateway(gateway: AuditedGateway, suites: readonly Suite[]): Promise<AuditRow[]> {
  await using stage = await openStage(suites);
  const rows: AuditRow[] = [];
  for (const [suite, supergraphSdl] of stage.supergraphs) {
    for (const { name, query, variables = {}, expected } of suite.cases) {
      const wrong = await gateway.execute({ supergraphSdl, query, variables }).then(
        (answer) => findFault(answer, expected),
        (error: Error) => `threw ${error.message}`,
      );
      rows.push({ name: `${suite.name}/${name}`, wrong, requests: stage.takeRequests() });
    }
  }
  return rows;
}

/** Cases whose expectation one server that knows everything does not meet, with what it answers. */
export async function auditExpectations(suites: readonly Suite[]): Promise<string[]> {
  const faults: string[] = [];
  for (const suite of suites) {
    const answer = createMonolith(
      suite,
      composeSuite(suite, (subgraph) => `http://${subgraph}`),
    );
    for (const one of suite.cases) {
      const fault = findFault(await answer(one), one.expected);
      const isFault = one.unlikeMonolith === undefined ? fault !== null : fault === null;
      if (isFault) faults.push(`${suite.name}/${one.name}: ${fault ?? 'is like the monolith after all'}`);
    }
  }
  return faults;
}

async function openStage(suites: readonly Suite[]): Promise<Stage> {
  let requests: SeenRequest[] = [];
  const server = await startSubgraphServer(suites, (request) => requests.push(request));
  const supergraphs = new Map(
    suites.map((suite) => [suite, composeSuite(suite, (name) => server.toUrl(suite, name))] as const),
  );
  return {
    supergraphs,
    takeRequests: () => {
      const taken = requests;
      requests = [];
      return taken;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function findFault({ data = null, errors = [] }: Answer, expected: Expected): string | null {
  const messages = errors.map(({ message }) => message).join(' | ');
  const wanted = JSON.stringify(expected.data);
  const got = JSON.stringify(data);
  if (got !== wanted) return `${got} instead of ${wanted}${messages === '' ? '' : `, errors ${messages}`}`;
  if (expected.errors === true && errors.length === 0) return 'no errors';
  return !expected.errors && errors.length > 0 ? `errors ${messages}` : null;
}
