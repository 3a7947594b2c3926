/**
 * Subgraphs that follow from a seed, with everything federation has in random combinations: keys of every form, value types, abstract types, interface objects,
 * provided, required, overridden, shared and hidden fields. They compose in nearly all cases. Called by world.ts.
 */
import type { Random } from '../faults/random.ts';
import { createRandom } from '../faults/random.ts';
import { SubgraphSketch } from './sketch.ts';
import type { Key } from './type-texts.ts';
import {
  addHiddenType,
  addMutations,
  addPlainTypes,
  argumentTexts,
  findPlainField,
  keyFields,
  keyForms,
  leafTypes,
  sharedWrappings,
  valueTypes,
  wrappings,
} from './type-texts.ts';

export interface MadeUpSupergraph {
  /** SDL by name. */
  readonly subgraphs: ReadonlyMap<string, string>;
  /** What a field is made of, as in its @requires, by `Type.field`. */
  readonly requirements: ReadonlyMap<string, string>;
  /** Fields that must not be asked for in a subgraph any more: `subgraph/Type.field`. */
  readonly overridden: ReadonlySet<string>;
  /** Keys by name of entity. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

interface Entity {
  readonly name: string;
  readonly keys: readonly string[];
  /** Keys that each subgraph can be asked with. */
  readonly homes: Map<SubgraphSketch, string[]>;
}

export function makeUpSupergraph(seed: number): MadeUpSupergraph {
  return new Maker(createRandom(seed)).make();
}

class Maker {
  readonly #random: Random;
  readonly #subgraphs: readonly SubgraphSketch[];
  readonly #entities: Entity[] = [];
  readonly #valueFields = new Map<string, Map<string, string>>();
  readonly #requirements = new Map<string, string>();
  readonly #overridden = new Set<string>();
  /** Of interface I0. */
  #members: readonly Entity[] = [];
  #unionMembers: readonly string[] = [];
  /** Where I0 has its field `label` and, for interface objects, its key. */
  #interfaceHome: SubgraphSketch | null = null;
  /** Where I0 is an interface object. */
  #objectHome: SubgraphSketch | null = null;
  #hasHiddenType = false;
  #hasHiddenValue = false;
  #fieldsMade = 0;

  constructor(random: Random) {
    this.#random = random;
    const count = random.between(2, 4);
    this.#subgraphs = Array.from(
      { length: count },
      (_, index) => new SubgraphSketch('abcd'[index] as string),
    );
  }

  make(): MadeUpSupergraph {
    const random = this.#random;
    this.#hasHiddenType = random.happens(0.2);
    this.#hasHiddenValue = random.happens(0.3);
    this.#makeEntities();
    this.#makeValueTypes();
    for (const entity of this.#entities) this.#makeFields(entity);
    this.#makeMixedFields();
    this.#makeInterfaceFields();
    this.#makeRoots();
    this.#makeMutations();
    for (const subgraph of this.#subgraphs) addPlainTypes(subgraph, this.#hasHiddenValue);
    return {
      subgraphs: new Map(this.#subgraphs.map((subgraph) => [subgraph.name, subgraph.print()])),
      requirements: this.#requirements,
      overridden: this.#overridden,
      keys: new Map(this.#entities.map(({ name, keys }) => [name, keys])),
    };
  }

  #makeEntities(): void {
    const random = this.#random;
    const count = random.between(2, 4);
    const memberCount = random.happens(0.7) ? random.between(1, Math.min(3, count)) : 0;
    const isObjectPossible = memberCount > 0 && random.happens(0.3);
    if (memberCount > 0) this.#interfaceHome = random.pick(this.#subgraphs);
    if (isObjectPossible)
      this.#objectHome = random.pick(this.#subgraphs.filter((one) => one !== this.#interfaceHome));
    for (let index = 0; index < count; index += 1) {
      const isMember = index < memberCount;
      const keys = ['id', ...keyForms.filter(() => random.happens(0.35))];
      const allowed = this.#subgraphs.filter((one) => !isMember || one !== this.#objectHome);
      const hub = random.pick(allowed);
      const homes = new Map([[hub, [...keys]]]);
      for (const one of allowed) {
        if (one === hub || !random.happens(0.6)) continue;
        homes.set(one, [random.pick(keys), ...keys.filter(() => random.happens(0.2))]);
      }
      this.#entities.push({ name: `T${index}`, keys, homes });
    }
    this.#members = this.#entities.slice(0, memberCount);
    const home = this.#interfaceHome;
    if (home !== null)
      for (const { homes } of this.#members) homes.set(home, ['id', ...(homes.get(home) ?? [])]);
    for (const entity of this.#entities)
      for (const [subgraph, keys] of entity.homes)
        for (const key of keys) this.#addKey(subgraph, entity.name, { key, isResolvable: true });
    const candidates = [...this.#entities.map(({ name }) => name), 'V0', 'V1'];
    this.#unionMembers = candidates.filter(() => random.happens(0.5));
    if (this.#unionMembers.length === 0) this.#unionMembers = [random.pick(candidates)];
  }

  #addKey(subgraph: SubgraphSketch, typeName: string, { key, isResolvable }: Key): void {
    const type = subgraph.type(typeName);
    type.directives.add(`@key(fields: "${key}"${isResolvable ? '' : ', resolvable: false'})`);
    for (const [name] of key.replace(/\{.*?\}/, '').matchAll(/\w+/g)) {
      type.fields.set(name, keyFields[name] as string);
      if (name === 'org') this.#define(subgraph, 'Org');
    }
  }

  #makeValueTypes(): void {
    const random = this.#random;
    const some = (count: number) =>
      new Map(
        Array.from({ length: count }, (_, index): [string, string] => [
          `v${index}`,
          `${this.#argumentsOrNot()}: ${random.pick(leafTypes)}`,
        ]),
      );
    this.#valueFields.set('V0', some(random.between(1, 3)).set('common', ': Int'));
    const V1 = some(random.between(1, 2)).set('common', ': Int');
    V1.set('inner', `: ${this.#wrap('V0', sharedWrappings)}`);
    if (random.happens(0.6))
      V1.set('of', `: ${this.#wrap(random.pick(this.#entities).name, sharedWrappings)}`);
    this.#valueFields.set('V1', V1);
    this.#valueFields.set(
      'Org',
      new Map([
        ['id', ': ID!'],
        ['title', ': String'],
      ]),
    );
  }

  #wrap(typeName: string, choices = wrappings): string {
    return this.#random.pick(choices).replace('X', typeName);
  }

  #argumentsOrNot(): string {
    if (!this.#random.happens(0.35)) return '';
    const texts = argumentTexts.filter(() => this.#random.happens(0.25));
    const byName = new Map(texts.map((text) => [text.split(':')[0], text]));
    return byName.size === 0 ? '' : `(${[...byName.values()].join(', ')})`;
  }

  /** A type for a field that all of these subgraphs have. */
  #pickType(subgraphs: readonly SubgraphSketch[]): string {
    const random = this.#random;
    if (random.happens(0.45)) return random.pick(leafTypes);
    const names = [...this.#entities.map(({ name }) => name), 'V0', 'V1', 'U0', 'N0', 'I0'];
    const possible = names.filter((name) => subgraphs.every((one) => this.#mayDefine(one, name)));
    if (possible.length === 0) return random.pick(leafTypes);
    const name = random.pick(possible);
    for (const subgraph of subgraphs) this.#define(subgraph, name);
    return this.#wrap(name, subgraphs.length > 1 ? sharedWrappings : wrappings);
  }

  #mayDefine(subgraph: SubgraphSketch, name: string): boolean {
    if (name === 'I0' && this.#interfaceHome === null) return false;
    if (subgraph !== this.#objectHome) return true;
    const isClosed = (one: string) =>
      this.#members.some((member) => member.name === one) ||
      (one === 'V1' && this.#members.some((member) => this.#refersTo('V1', member.name)));
    if (name === 'U0') return !this.#unionMembers.some(isClosed);
    if (name === 'N0') return !isClosed('V1');
    return !isClosed(name);
  }

  #refersTo(valueType: string, typeName: string): boolean {
    const fields = this.#valueFields.get(valueType) ?? new Map<string, string>();
    return [...fields.values()].some((text) => text.includes(typeName));
  }

  /** With all that belongs to it. */
  #define(subgraph: SubgraphSketch, name: string): void {
    if (name.startsWith('T')) {
      if (subgraph.has(name)) return;
      this.#addKey(subgraph, name, { key: 'id', isResolvable: false });
    } else if (valueTypes.includes(name)) {
      if (subgraph.has(name)) return;
      const type = subgraph.type(name);
      type.directives.add('@shareable');
      const fields =
        this.#valueFields.get(name) ??
        new Map([
          ['id', ': ID!'],
          ['title', ': String'],
        ]);
      for (const [field, text] of fields) {
        type.fields.set(field, text);
        for (const [mentioned] of text.matchAll(/\b[TV]\d/g)) this.#define(subgraph, mentioned);
      }
      if (name !== 'Org') this.#define(subgraph, 'N0');
    } else if (name === 'N0') {
      if (subgraph.has(name)) return;
      subgraph.type(name, 'interface').fields.set('common', ': Int');
      for (const member of ['V0', 'V1']) {
        if (!this.#mayDefine(subgraph, member)) continue;
        this.#define(subgraph, member);
        subgraph.type(member).interfaces.add('N0');
      }
      if (this.#hasHiddenType) addHiddenType(subgraph);
    } else if (name === 'U0') {
      if (subgraph.has(name)) return;
      const members = [...this.#unionMembers, ...(this.#hasHiddenType ? ['Hidden'] : [])];
      subgraph.other(name, `union U0 = ${members.join(' | ')}`);
      for (const member of this.#unionMembers) this.#define(subgraph, member);
      this.#define(subgraph, 'N0');
      if (this.#hasHiddenType) addHiddenType(subgraph);
    } else if (name === 'I0') this.#defineInterface(subgraph);
  }

  #defineInterface(subgraph: SubgraphSketch): void {
    if (subgraph.has('I0')) return;
    if (subgraph === this.#objectHome) {
      const type = subgraph.type('I0');
      type.directives.add('@key(fields: "id")').add('@interfaceObject');
      type.fields.set('id', ': ID!');
      for (let count = this.#random.between(1, 2); count > 0; count -= 1)
        type.fields.set(`extra${count}`, `${this.#argumentsOrNot()}: ${this.#pickType([subgraph])}`);
      return;
    }
    const type = subgraph.type('I0', 'interface');
    type.fields.set('id', ': ID!');
    if (subgraph === this.#interfaceHome && this.#objectHome !== null)
      type.directives.add('@key(fields: "id")');
    for (const { name, homes } of this.#members) {
      if (homes.has(subgraph)) this.#addKey(subgraph, name, { key: 'id', isResolvable: true });
      else this.#define(subgraph, name);
      subgraph.type(name).interfaces.add('I0');
    }
  }

  #makeFields(entity: Entity): void {
    const random = this.#random;
    const homes = [...entity.homes.keys()];
    for (let left = random.between(2, 5); left > 0; left -= 1) {
      const home = random.pick(homes);
      const others = homes.filter((one) => one !== home);
      const chance = random.next();
      if (chance < 0.35 || (others.length === 0 && chance < 0.8)) this.#makePlain(entity.name, [home], '');
      else if (chance < 0.45) this.#makePlain(entity.name, [home, random.pick(others)], ' @shareable');
      else if (chance < 0.55) this.#makeOverridden(entity.name, home, random.pick(others));
      else if (chance < 0.8 && this.#mayRequire(entity, home))
        this.#makeRequiring(entity.name, home, random.pick(others));
      else if (chance < 0.85) this.#makePlain(entity.name, [home], ' @inaccessible');
      else this.#makeProviding(entity.name, home);
    }
  }

  /** Seldom where a compound key stands beside another one: Hive's planner ends its process then. */
  #mayRequire({ homes }: Entity, home: SubgraphSketch): boolean {
    const keys = new Set(homes.get(home));
    return !keys.has('sku region') || keys.size === 1 || this.#random.happens(0.1);
  }

  /** Of one name, and null for some only: planners have to give it another name where several types stand side by side. */
  #makeMixedFields(): void {
    for (const { name, homes } of this.#entities)
      for (const subgraph of homes.keys())
        subgraph.type(name).fields.set('mixed', `: Int${this.#random.happens(0.5) ? '!' : ''} @shareable`);
  }

  #nextName(): string {
    this.#fieldsMade += 1;
    return `f${this.#fieldsMade}`;
  }

  #makePlain(typeName: string, subgraphs: readonly SubgraphSketch[], directives: string): string {
    const name = this.#nextName();
    const text = `${this.#argumentsOrNot()}: ${this.#pickType(subgraphs)}${directives}`;
    for (const subgraph of subgraphs) subgraph.type(typeName).fields.set(name, text);
    return name;
  }

  #makeOverridden(typeName: string, to: SubgraphSketch, from: SubgraphSketch): void {
    const name = this.#makePlain(typeName, [to, from], '');
    const fields = to.type(typeName).fields;
    fields.set(name, `${fields.get(name)} @override(from: "${from.name}")`);
    this.#overridden.add(`${from.name}/${typeName}.${name}`);
  }

  #makeRequiring(typeName: string, at: SubgraphSketch, of: SubgraphSketch): void {
    const random = this.#random;
    const parts: string[] = [];
    for (let count = random.between(1, 2); count > 0; count -= 1) {
      const name = this.#nextName();
      if (random.happens(0.4)) {
        // Apollo's executor loses lists of lists in what it requires.
        const text = `: ${random.pick(['V0', 'V0!', '[V0]', '[V0!]!'])}`;
        for (const one of [at, of]) this.#define(one, 'V0');
        of.type(typeName).fields.set(name, text);
        at.type(typeName).fields.set(name, `${text} @external`);
        parts.push(`${name} { common ${findPlainField(this.#valueFields.get('V0'))} }`);
      } else {
        const hasArguments = random.happens(0.3);
        const text = `${hasArguments ? '(x: Int, color: Color = RED)' : ''}: ${random.pick(leafTypes)}`;
        of.type(typeName).fields.set(name, text);
        at.type(typeName).fields.set(name, `${text} @external`);
        parts.push(hasArguments ? `${name}(x: ${random.between(0, 2)})` : name);
      }
    }
    const name = this.#nextName();
    const requirement = parts.join(' ');
    at.type(typeName).fields.set(
      name,
      `${this.#argumentsOrNot()}: String @requires(fields: "${requirement}")`,
    );
    this.#requirements.set(`${typeName}.${name}`, requirement);
  }

  /** A reference that brings a field of another subgraph along. */
  #makeProviding(typeName: string, at: SubgraphSketch): void {
    const random = this.#random;
    const choices = this.#entities.flatMap((target) =>
      this.#mayDefine(at, target.name)
        ? [...target.homes.keys()].filter((home) => home !== at).map((home) => ({ target, home }))
        : [],
    );
    if (choices.length === 0) return;
    const { target, home } = random.pick(choices);
    const provided = this.#nextName();
    const text = `: ${random.pick(leafTypes)}`;
    home.type(target.name).fields.set(provided, `${text} @shareable`);
    this.#define(at, target.name);
    at.type(target.name).fields.set(provided, `${text} @external`);
    at.type(typeName).fields.set(
      this.#nextName(),
      `: ${this.#wrap(target.name)} @provides(fields: "${provided}")`,
    );
  }

  #makeInterfaceFields(): void {
    const home = this.#interfaceHome;
    if (home === null) return;
    this.#define(home, 'I0');
    if (this.#objectHome !== null) this.#define(this.#objectHome, 'I0');
    for (const { name } of this.#members) home.type(name).fields.set('label', ': String');
    home.type('I0').fields.set('label', ': String');
  }

  #makeRoots(): void {
    const random = this.#random;
    for (const subgraph of this.#subgraphs)
      for (let count = random.between(1, 3); count > 0; count -= 1)
        subgraph
          .type('Query')
          .fields.set(
            `${subgraph.name}${count}`,
            `${this.#argumentsOrNot()}: ${this.#pickRootType(subgraph)}`,
          );
    if (!random.happens(0.4)) return;
    const [first, second] = this.#subgraphs as [SubgraphSketch, SubgraphSketch];
    const text = `: ${this.#pickType([first, second])} @shareable`;
    for (const one of [first, second]) one.type('Query').fields.set('everywhere', text);
  }

  #pickRootType(subgraph: SubgraphSketch): string {
    const random = this.#random;
    const names = [...this.#entities.map(({ name }) => name), 'U0', 'I0'];
    const possible = names.filter((name) => this.#mayDefine(subgraph, name));
    if (possible.length === 0 || random.happens(0.2)) return this.#pickType([subgraph]);
    const name = random.pick(possible);
    this.#define(subgraph, name);
    return this.#wrap(name);
  }

  #makeMutations(): void {
    const random = this.#random;
    for (const subgraph of this.#subgraphs) {
      if (!random.happens(0.5)) continue;
      addMutations(subgraph, random.happens(0.6), {
        argumentsOf: () => this.#argumentsOrNot(),
        pickType: () => this.#pickType([subgraph]),
      });
    }
  }
}
