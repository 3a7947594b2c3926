/** HISTORY and SEND: the JSON text of a request to a subgraph, all that does not change written once. Compiled for each fetch of a plan. */
import type { EntityFetch, RootFetch } from '../planning/plan.ts';

/** `representations`: JSON texts of the lists, in the order of the groups. */
export type WriteBody = (
  variables: Readonly<Record<string, unknown>>,
  representations: readonly string[],
) => string;

/** Variables that the client has not sent are left out, so that defaults hold. */
export function compileBody(fetch: RootFetch | EntityFetch): WriteBody {
  const { operation, operationName, variables } = fetch;
  const name = operationName === null ? '' : `,"operationName":${JSON.stringify(operationName)}`;
  const start = `{"query":${JSON.stringify(operation)}${name}`;
  const heads = variables.map((variable) => ({ variable, head: `${JSON.stringify(variable)}:` }));
  const listHeads =
    fetch.kind === 'EntityFetch' ? fetch.groups.map(({ variable }) => `${JSON.stringify(variable)}:`) : [];
  if (heads.length === 0 && listHeads.length === 0) {
    const whole = `${start}}`;
    return () => whole;
  }
  return (values, representations) => {
    let text = '';
    for (const [index, head] of listHeads.entries())
      text += `${text === '' ? '' : ','}${head}${representations[index] ?? '[]'}`;
    for (const { variable, head } of heads) {
      const value = Object.hasOwn(values, variable) ? values[variable] : undefined;
      if (value !== undefined) text += `${text === '' ? '' : ','}${head}${JSON.stringify(value)}`;
    }
    return `${start},"variables":{${text}}}`;
  };
}
