/**
 * HISTORY, SEND and LIVE: what an operation costs, as a function of its variables. Written down once by cost-rules.ts in steps that each use earlier ones, so
 * that what fragments share is worked out once per request. What no variable decides is worked out right away.
 */

export type Variables = Readonly<Record<string, unknown>>;

/** A number, or the result of a step. */
export type Amount = number | { readonly step: number };

type Step = (variables: Variables, results: readonly number[]) => number;

export class CostFormula {
  readonly #steps: Step[] = [];

  /** No variable matters. */
  get isConstant(): boolean {
    return this.#steps.length === 0;
  }

  read(step: (variables: Variables) => number): Amount {
    return { step: this.#steps.push(step) - 1 };
  }

  combine(one: Amount, other: Amount, by: (one: number, other: number) => number): Amount {
    if (typeof one === 'number' && typeof other === 'number') return by(one, other);
    const step: Step = (_variables, results) => by(numberOf(one, results), numberOf(other, results));
    return { step: this.#steps.push(step) - 1 };
  }

  /** What amounts are with these variables. */
  evaluate(variables: Variables): (amount: Amount) => number {
    const results: number[] = [];
    for (const step of this.#steps) results.push(step(variables, results));
    return (amount) => numberOf(amount, results);
  }
}

function numberOf(amount: Amount, results: readonly number[]): number {
  return typeof amount === 'number' ? amount : (results[amount.step] ?? 0);
}
