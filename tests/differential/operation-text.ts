/** A drafted operation as text and variables. What would clash in the response gets a key of its own. Called by explore.ts. */
import { isObjectType } from 'graphql';
import type { Condition, Draft, Selection } from './made-up-operations.ts';
import type { Value, Variable } from './made-up-values.ts';

export interface OperationText {
  readonly text: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const variableNames = ['constructor', 'toString', 'v', 'hasOwnProperty', 'representation'];

/** `isTyped`: should every object be asked for its __typename? */
export function toOperationText(draft: Draft, isTyped: boolean): OperationText {
  return new Printer(draft, isTyped).print();
}

/** What has a key at one place of the response already. */
interface Taken {
  readonly identity: string;
  readonly type: string;
  readonly parents: Set<Selection>;
}

class Printer {
  readonly #draft: Draft;
  readonly #isTyped: boolean;
  readonly #fragments = new Map<string, string>();
  /** By its definition. */
  readonly #variables = new Map<string, { readonly name: string; readonly variable: Variable }>();
  readonly #usedConditions = new Set<number>();
  readonly #taken = new Map<string, Taken[]>();

  constructor(draft: Draft, isTyped: boolean) {
    this.#draft = draft;
    this.#isTyped = isTyped;
  }

  print(): OperationText {
    const { kind, isNamed, hasOther, conditions } = this.#draft;
    const body = this.#selections(this.#draft.selections, '');
    const used = [...this.#variables.values()];
    const declared = [
      ...used.map(({ name, variable: { type, defaultText } }) =>
        defaultText === null ? `$${name}: ${type}` : `$${name}: ${type} = ${defaultText}`,
      ),
      ...[...this.#usedConditions].map((index) => {
        const fallback = conditions[index]?.defaultValue ?? null;
        return `$c${index}: Boolean!${fallback === null ? '' : ` = ${fallback}`}`;
      }),
    ];
    const variables: Record<string, unknown> = {};
    for (const { name, variable } of used)
      if (variable.given !== null) variables[name] = variable.given.value;
    for (const index of this.#usedConditions) {
      const given = conditions[index]?.given ?? null;
      if (given !== null) variables[`c${index}`] = given;
    }
    const isAlone = !hasOther;
    const name = isNamed || !isAlone ? ' Wanted' : '';
    const head = `${kind}${name}${declared.length === 0 ? '' : `(${declared.join(', ')})`}`;
    const others = isAlone ? [] : ['query Other { __typename }'];
    return {
      text: [`${head} ${body}`, ...others, ...this.#fragments.values()].join('\n'),
      operationName: isAlone ? null : 'Wanted',
      variables,
    };
  }

  #selections(selections: readonly Selection[], place: string): string {
    const texts = selections.map((one) => this.#selection(one, place));
    if (this.#isTyped && place !== '') texts.push('__typename');
    return `{ ${texts.join(' ')} }`;
  }

  #selection(selection: Selection, place: string): string {
    if (selection.kind === 'introspection') {
      const key = this.#claim(selection, place, { identity: selection.text, type: selection.text });
      return `${key}: ${selection.text}`;
    }
    if (selection.kind === 'fragment') return this.#fragment(selection, place);
    const args = selection.args.map(([name, value]) => `${name}: ${this.#value(value)}`);
    const call = args.length === 0 ? selection.name : `${selection.name}(${args.join(', ')})`;
    const key = this.#claim(selection, place, { identity: call, type: selection.type });
    const head = `${key === selection.name ? '' : `${key}: `}${call}${this.#condition(selection.condition)}`;
    if (selection.selections === null) return head;
    return `${head} ${this.#selections(selection.selections, `${place}/${key}`)}`;
  }

  #fragment(selection: Selection & { kind: 'fragment' }, place: string): string {
    const body = this.#selections(selection.selections, place);
    const condition = this.#condition(selection.condition);
    const on = selection.on === null ? '' : ` on ${selection.on}`;
    if (!selection.isNamed) return `...${on}${condition} ${body}`;
    const text = `${on} ${body}`;
    const name =
      [...this.#fragments].find(([, known]) => known.endsWith(text))?.[0] ?? `F${this.#fragments.size}`;
    this.#fragments.set(name, `fragment ${name}${text}`);
    return `...${name}${condition}`;
  }

  /** The wanted key if what has it may be merged with this; objects of different types may each have it for fields of one type. */
  #claim(selection: Selection, place: string, { identity, type }: Omit<Taken, 'parents'>): string {
    const wanted = selection.kind === 'fragment' ? '' : (selection.alias ?? toName(selection));
    for (let number = 0; ; number += 1) {
      const key = number === 0 ? wanted : `${wanted}_${number}`;
      const taken = this.#taken.get(`${place}/${key}`) ?? [];
      const fits = taken.every(
        (one) => one.type === type && (one.identity === identity || areApart(selection, one.parents)),
      );
      if (!fits) continue;
      const same = taken.find((one) => one.identity === identity);
      if (same === undefined) taken.push({ identity, type, parents: new Set([selection]) });
      else same.parents.add(selection);
      this.#taken.set(`${place}/${key}`, taken);
      return key;
    }
  }

  #condition(condition: Condition | null): string {
    if (condition === null) return '';
    const { directive, value } = condition;
    if (typeof value === 'boolean') return ` @${directive}(if: ${value})`;
    this.#usedConditions.add(value);
    return ` @${directive}(if: $c${value})`;
  }

  #value(value: Value): string {
    switch (value.kind) {
      case 'literal':
        return value.text;
      case 'object':
        return `{${value.fields.map(([name, one]) => `${name}: ${this.#value(one)}`).join(', ')}}`;
      case 'variable': {
        const key = JSON.stringify(value.variable);
        const count = this.#variables.size;
        const known = this.#variables.get(key) ?? {
          name: variableNames[count] ?? `v${count}`,
          variable: value.variable,
        };
        this.#variables.set(key, known);
        return `$${known.name}`;
      }
    }
  }
}

function toName(selection: Exclude<Selection, { kind: 'fragment' }>): string {
  return selection.kind === 'field' ? selection.name : 'meta';
}

/** Can no object be of both? */
function areApart(selection: Selection, others: ReadonlySet<Selection>): boolean {
  if (selection.kind !== 'field' || selection.selections !== null || !isObjectType(selection.parent))
    return false;
  return [...others].every(
    (other) => other.kind === 'field' && isObjectType(other.parent) && other.parent !== selection.parent,
  );
}
