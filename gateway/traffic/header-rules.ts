/**
 * Which headers of a client's request reach which subgraphs, and which are added: the setting HEADER_RULES, compiled once. viewer.ts keeps of a request what
 * the rules can need, subgraph-transport.ts adds the headers for its subgraph. What names the viewer and our key is out of their reach.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderRule } from './header-rule-format.ts';
import { isReserved } from './header-rule-format.ts';

/** By name in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** Adds to the headers of a request to a subgraph, or takes away what a rule before has added. */
type ApplyRule = (added: Record<string, string>, ofClient: Headers) => void;

const none: Headers = Object.freeze({});

export class HeaderRules {
  readonly #rules: readonly HeaderRule[];
  readonly #names: readonly string[];
  readonly #patterns: readonly RegExp[];

  constructor(rules: readonly HeaderRule[]) {
    this.#rules = rules;
    this.#names = [...new Set(rules.flatMap((rule) => (rule.kind === 'propagate' ? [rule.name] : [])))];
    this.#patterns = rules.flatMap((rule) => (rule.kind === 'propagate matching' ? [rule.pattern] : []));
  }

  /** Of a client's headers those that a rule may pass on, in the order of the rules, as many as fit in `bytesMax`: nothing else is kept of them. */
  pick(headers: IncomingHttpHeaders, bytesMax: number): Headers {
    if (this.#names.length + this.#patterns.length === 0) return none;
    const picked: Record<string, string> = {};
    let bytes = 0;
    const take = (name: string) => {
      const value = headers[name];
      if (value === undefined || Object.hasOwn(picked, name)) return;
      const text = Array.isArray(value) ? value.join(', ') : value;
      if (bytes + name.length + text.length > bytesMax) return;
      bytes += name.length + text.length;
      picked[name] = text;
    };
    for (const name of this.#names) take(name);
    if (this.#patterns.length > 0) {
      for (const name of Object.keys(headers)) {
        if (!isReserved(name) && this.#patterns.some((pattern) => pattern.test(name))) take(name);
      }
    }
    return picked;
  }

  /** What the rules make of the picked headers for a subgraph; null when there is no rule for it. */
  forSubgraph(subgraph: string): ((ofClient: Headers) => Headers) | null {
    const applied = this.#rules.filter((rule) => rule.subgraph === null || rule.subgraph === subgraph);
    if (applied.length === 0) return null;
    const steps = applied.map(toStep);
    return (ofClient) => {
      const added: Record<string, string> = {};
      for (const apply of steps) apply(added, ofClient);
      return added;
    };
  }
}

function toStep(rule: HeaderRule): ApplyRule {
  switch (rule.kind) {
    case 'propagate':
      return (added, ofClient) => {
        const value = ofClient[rule.name] ?? rule.preset;
        if (value !== null) added[rule.as] = value;
      };
    case 'propagate matching':
      return (added, ofClient) => {
        for (const [name, value] of Object.entries(ofClient))
          if (rule.pattern.test(name)) added[name] = value;
      };
    case 'insert':
      return (added) => {
        added[rule.name] = rule.value;
      };
    case 'remove':
      return (added) => {
        delete added[rule.name];
      };
    case 'remove matching':
      return (added) => {
        for (const name of Object.keys(added)) if (rule.pattern.test(name)) delete added[name];
      };
    default:
      return rule satisfies never;
  }
}
