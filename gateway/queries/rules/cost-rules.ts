/**
 * HISTORY, SEND and LIVE: what an operation may cost the subgraphs, before anything is fetched. Where the supergraph has @cost and @listSize they count;
 * elsewhere an object costs 1, and of a page ten items count as one, because they are fetched together (decision 5). Made once per supergraph;
 * demand-control.ts judges what comes out. Calls field-costs.ts.
 */
import type {
  DocumentNode,
  FieldNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import {
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isListType,
  isUnionType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { findVariables } from '#platform/graphql-variables.ts';
import { pageArguments, pageItemsMax } from '../../operation-cost.ts';
import type { Amount, Variables } from './cost-formula.ts';
import { CostFormula } from './cost-formula.ts';
import type { FieldCosts, ListSize } from './field-costs.ts';
import { readFieldCosts } from './field-costs.ts';
import type { SupergraphDirectives } from './supergraph-directives.ts';

export interface CostRules {
  /** Of a valid operation; remembered for as long as its document is. */
  weigh(schema: GraphQLSchema, document: DocumentNode, operationName?: string): OperationCost;
}

export interface OperationCost {
  /** The same whatever the variables are. */
  readonly isConstant: boolean;
  /** With these variables; their defaults need not be filled in. */
  estimate(variables: Variables): Estimate;
}

export interface Estimate {
  readonly cost: number;
  /** Which fields lack the one slicing argument that they require, or have more. */
  readonly unsliced: readonly string[];
}

/** Items of a page are fetched together, so this many count as one object. */
const itemsPerCost = 10;
const mutationCost = 10;

/** `listItemsAssumed`: of a list of which nothing says how long it is. */
export function createCostRules(directives: SupergraphDirectives, listItemsAssumed: number): CostRules {
  const costs = readFieldCosts(directives);
  const known = new WeakMap<OperationDefinitionNode, OperationCost>();
  return {
    weigh: (schema, document, operationName) => {
      const operation = getOperationAST(document, operationName);
      const rootType = operation && schema.getRootType(operation.operation);
      if (!operation || !rootType) throw new Error('the operation is not in the document or the schema');
      const cost =
        known.get(operation) ??
        new Weighing({ schema, document, operation, costs, listItemsAssumed }).weigh(rootType);
      known.set(operation, cost);
      return cost;
    },
  };
}

/** Lists that are sized by the field around them: those of these names, or all. */
interface Sizing {
  readonly names: ReadonlySet<string> | null;
  readonly items: Amount;
}

interface WeighingOptions {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly costs: FieldCosts;
  readonly listItemsAssumed: number;
}

/** What lists in a page hold is counted with the page. */
const pageSizing: Sizing = { names: null, items: 1 };

/** Of a field, whatever is around it. */
interface Part {
  readonly own: number;
  readonly args: Amount;
  readonly inside: Amount;
  readonly isList: boolean;
  /** Null when nothing is said of it. */
  readonly items: Amount | null;
  readonly sizes: Sizing | null;
}

class Weighing {
  readonly #options: WeighingOptions;
  readonly #formula = new CostFormula();
  readonly #defaults: Variables;
  readonly #unsliced: { readonly count: Amount; readonly text: string }[] = [];
  /** Each field and fragment is weighed once, so nested spreads cost no more time than they have text. */
  readonly #parts = new Map<FieldNode, Part | null>();
  readonly #fragments = new Map<Sizing | null, Map<string, Amount>>();

  constructor(options: WeighingOptions) {
    this.#options = options;
    const { variableDefinitions = [] } = options.operation;
    this.#defaults = Object.fromEntries(
      variableDefinitions.flatMap(({ variable, defaultValue }) =>
        defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
      ),
    );
  }

  weigh(rootType: GraphQLCompositeType): OperationCost {
    const { operation } = this.#options;
    const base = operation.operation === 'mutation' ? mutationCost : 0;
    const total = this.#add(base, this.#weighSelections(operation.selectionSet, rootType, null));
    const formula = this.#formula;
    const slicings = this.#unsliced;
    const estimate = (variables: Variables): Estimate => {
      const numberOf = formula.evaluate(variables);
      const unsliced = slicings.flatMap(({ count, text }) => (numberOf(count) === 1 ? [] : [text]));
      return { cost: numberOf(total), unsliced };
    };
    if (!formula.isConstant) return { isConstant: false, estimate };
    const constant = estimate({});
    return { isConstant: true, estimate: () => constant };
  }

  #weighSelections(set: SelectionSetNode, type: GraphQLCompositeType, sizing: Sizing | null): Amount {
    return set.selections.reduce<Amount>(
      (sum, selection) => this.#add(sum, this.#weighSelection(selection, type, sizing)),
      0,
    );
  }

  #weighSelection(selection: SelectionNode, type: GraphQLCompositeType, sizing: Sizing | null): Amount {
    if (isLeftOut(selection)) return 0;
    if (selection.kind === Kind.FIELD) return this.#weighField(selection, type, sizing);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.#weighInside(selection, type, sizing);
    const name = selection.name.value;
    const known = this.#fragments.get(sizing) ?? new Map<string, Amount>();
    this.#fragments.set(sizing, known);
    const fragment = this.#options.document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    if (!known.has(name) && fragment?.kind === Kind.FRAGMENT_DEFINITION) {
      known.set(name, 0);
      known.set(name, this.#weighInside(fragment, type, sizing));
    }
    return known.get(name) ?? 0;
  }

  #weighInside(
    fragment: { typeCondition?: { name: { value: string } } | undefined; selectionSet: SelectionSetNode },
    around: GraphQLCompositeType,
    sizing: Sizing | null,
  ): Amount {
    const type = this.#options.schema.getType(fragment.typeCondition?.name.value ?? around.name);
    return this.#weighSelections(fragment.selectionSet, isCompositeType(type) ? type : around, sizing);
  }

  #weighField(field: FieldNode, type: GraphQLCompositeType, sizing: Sizing | null): Amount {
    const part = this.#parts.get(field) ?? this.#weighPart(field, type);
    this.#parts.set(field, part);
    if (part === null) return 0;
    const { own, inside, args, items, sizes } = part;
    if (sizes === pageSizing) {
      const together = this.#formula.combine(
        items ?? 1,
        inside,
        (some, of) => Math.ceil(some / itemsPerCost) * of,
      );
      return this.#add(this.#add(own, together), args);
    }
    const isSized = sizing !== null && (sizing.names?.has(field.name.value) ?? true);
    const assumed = items ?? this.#options.listItemsAssumed;
    const count = part.isList ? (isSized ? sizing.items : assumed) : 1;
    return this.#add(this.#formula.combine(count, this.#add(own, inside), multiply), args);
  }

  /** Null for __typename and introspection, which cost nothing. */
  #weighPart(field: FieldNode, type: GraphQLCompositeType): Part | null {
    const { schema, costs } = this.#options;
    const definition = isUnionType(type) ? undefined : type.getFields()[field.name.value];
    if (definition === undefined) return null;
    const owners = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
    const coordinates = owners.map((owner) => `${owner.name}.${definition.name}`);
    const fieldType = getNamedType(definition.type);
    const listSizes = coordinates.flatMap((coordinate) => costs.listSizes.get(coordinate) ?? []);
    const isPage = listSizes.length === 0 && definition.args.some(({ name }) => pageArguments.has(name));
    const items = isPage ? this.#readPage(field, definition) : this.#readSizes(field, definition, listSizes);
    const names = new Set(listSizes.flatMap(({ sizedFields }) => sizedFields));
    const sizes = isPage ? pageSizing : items !== null && names.size > 0 ? { names, items } : null;
    return {
      ...{ items, sizes, isList: isListType(getNullableType(definition.type)) },
      own: costs.weighField(coordinates, fieldType, schema),
      args: this.#weighArguments(field, definition, coordinates),
      inside:
        field.selectionSet && isCompositeType(fieldType)
          ? this.#weighSelections(field.selectionSet, fieldType, sizes)
          : 0,
    };
  }

  #weighArguments(
    field: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    coordinates: readonly string[],
  ): Amount {
    const { costs } = this.#options;
    if (!costs.hasArgumentCosts) return 0;
    return (field.arguments ?? []).reduce<Amount>((sum, argument) => {
      const type = definition.args.find(({ name }) => name === argument.name.value)?.type;
      if (type === undefined) return sum;
      const weigh = (variables: Variables) => {
        const value = valueFromASTUntyped(argument.value, { ...this.#defaults, ...variables });
        const places = coordinates.map((coordinate) => `${coordinate}(${argument.name.value}:)`);
        return Math.max(0, ...places.map((place) => costs.weighArgument(place, type, value)));
      };
      const isFixed = findVariables(argument.value).length === 0;
      return this.#add(sum, isFixed ? weigh({}) : this.#formula.read(weigh));
    }, 0);
  }

  /** Items of a page of ours. Ours are capped, whatever is asked. */
  #readPage(field: FieldNode, definition: GraphQLField<unknown, unknown>): Amount {
    const names = definition.args.flatMap(({ name }) => (pageArguments.has(name) ? [name] : []));
    return this.#read(
      field,
      definition,
      names,
    )((given) => Math.min(Math.max(given.length === 0 ? pageItemsMax : Math.max(...given), 1), pageItemsMax));
  }

  /** The greatest of what the definitions say, of which there are several only when they are those of an interface's implementations. */
  #readSizes(
    field: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    listSizes: readonly ListSize[],
  ): Amount | null {
    const { listItemsAssumed } = this.#options;
    const amounts = listSizes.map(({ slicingArguments, assumedSize, requireOneSlicingArgument }) => {
      const read = this.#read(field, definition, slicingArguments);
      if (slicingArguments.length > 0 && requireOneSlicingArgument) {
        const count = read((given) => given.length);
        this.#unsliced.push({
          count,
          text: `${field.name.value} takes exactly one of ${slicingArguments.join(', ')}`,
        });
      }
      return read((given) =>
        given.length === 0 ? (assumedSize ?? listItemsAssumed) : Math.max(0, ...given),
      );
    });
    const [first, ...others] = amounts;
    if (first === undefined) return null;
    return others.reduce<Amount>((most, one) => this.#formula.combine(most, one, Math.max), first);
  }

  /** What is made of the whole numbers that the arguments of these names are given, their defaults included. */
  #read(
    field: FieldNode,
    definition: GraphQLField<unknown, unknown>,
    names: readonly string[],
  ): (toAmount: (given: readonly number[]) => number) => Amount {
    const literals: number[] = [];
    const variableNames: string[] = [];
    for (const name of names) {
      const argument = field.arguments?.find((one) => one.name.value === name);
      const preset = definition.args.find((one) => one.name === name)?.defaultValue;
      if (argument === undefined) literals.push(...toNumbers(preset));
      else if (argument.value.kind === Kind.VARIABLE) variableNames.push(argument.value.name.value);
      else literals.push(...toNumbers(valueFromASTUntyped(argument.value)));
    }
    if (variableNames.length === 0) return (toAmount) => toAmount(literals);
    return (toAmount) =>
      this.#formula.read((variables) => {
        const values = variableNames.map((name) =>
          Object.hasOwn(variables, name) ? variables[name] : this.#defaults[name],
        );
        return toAmount([...literals, ...values.flatMap(toNumbers)]);
      });
  }

  #add(one: Amount, other: Amount): Amount {
    if (one === 0 || other === 0) return one === 0 ? other : one;
    return this.#formula.combine(one, other, (some, more) => some + more);
  }
}

function multiply(one: number, other: number): number {
  return one * other;
}

function toNumbers(value: unknown): number[] {
  return typeof value === 'number' && Number.isSafeInteger(value) ? [value] : [];
}

/** By a literal; what variables leave out is counted, since it is what the operation may cost that is limited. */
function isLeftOut({ directives = [] }: SelectionNode): boolean {
  return directives.some(({ name, arguments: [argument] = [] }) => {
    if (argument?.value.kind !== Kind.BOOLEAN) return false;
    return name.value === 'skip' ? argument.value.value : name.value === 'include' && !argument.value.value;
  });
}
