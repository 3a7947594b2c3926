/** The schema of one subgraph while it is being made up: types with their fields, each defined once, printed as SDL. Filled by made-up-supergraph.ts. */

export interface TypeSketch {
  readonly keyword: 'type' | 'interface' | 'input';
  readonly name: string;
  readonly directives: Set<string>;
  readonly interfaces: Set<string>;
  /** Name -> arguments, type and directives. */
  readonly fields: Map<string, string>;
}

export class SubgraphSketch {
  readonly name: string;
  readonly #types = new Map<string, TypeSketch>();
  readonly #others = new Map<string, string>();

  constructor(name: string) {
    this.name = name;
  }

  find(typeName: string): TypeSketch | undefined {
    return this.#types.get(typeName);
  }

  has(typeName: string): boolean {
    return this.#types.has(typeName) || this.#others.has(typeName);
  }

  type(typeName: string, keyword: TypeSketch['keyword'] = 'type'): TypeSketch {
    const known = this.#types.get(typeName);
    if (known !== undefined) return known;
    const sketch = {
      keyword,
      name: typeName,
      directives: new Set<string>(),
      interfaces: new Set<string>(),
      fields: new Map<string, string>(),
    };
    this.#types.set(typeName, sketch);
    return sketch;
  }

  /** A definition without fields: a scalar, an enum, a union. */
  other(name: string, definition: string): void {
    this.#others.set(name, definition);
  }

  print(): string {
    const types = [...this.#types.values()].filter(({ fields }) => fields.size > 0).map(printType);
    return [link, ...this.#others.values(), ...types].join('\n\n');
  }
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: [
  "@key", "@shareable", "@external", "@provides", "@requires", "@override", "@inaccessible", "@interfaceObject"
])`;

function printType({ keyword, name, directives, interfaces, fields }: TypeSketch): string {
  const implemented = interfaces.size === 0 ? '' : ` implements ${[...interfaces].join(' & ')}`;
  const head = [`${keyword} ${name}${implemented}`, ...directives].join(' ');
  return `${head} {\n${[...fields].map(([field, rest]) => `  ${field}${rest}`).join('\n')}\n}`;
}
