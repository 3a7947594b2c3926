/**
 * HISTORY: the shortest way from a plan to the client's answer: the answers of subgraphs are not parsed, but gone over once, and what the client asked for is put
 * together from their bytes. For queries whose objects are of one type each; everything else, and every answer that is not just as it should be, goes by way of
 * execution/. Compiled by prepared-operation.ts, once per operation and values of its conditions.
 */
import type { DocumentNode, GraphQLObjectType, GraphQLSchema, SelectionSetNode } from 'graphql';
import { getOperationAST, parse } from 'graphql';
import type { CollectOptions } from '../execution/collected-fields.ts';
import { collectFields } from '../execution/collected-fields.ts';
import type { ConditionValues } from '../execution/conditions.ts';
import { perConditions } from '../execution/conditions.ts';
import { readFragments } from '../execution/pass-through.ts';
import type { AnswerInBytes, FetchOptions } from '../execution/run-node.ts';
import type { EntityFetch, EntityGroup, PlanNode, RootFetch } from '../planning/plan.ts';
import type { LayoutOptions, ObjectLayout } from './answer-layout.ts';
import { createObjectLayout, NotSpliceable } from './answer-layout.ts';
import { Part } from './answer-reader.ts';
import { ByteText } from './byte-text.ts';
import { closeBrace, dataStart } from './json-bytes.ts';
import type { Representation } from './spliced-entities.ts';
import { compileRepresentation, findBases, SplicedGroup } from './spliced-entities.ts';
import type { GroupLayout, Run, Step } from './spliced-fetch.ts';
import { compileEntityStep, compileRootStep } from './spliced-fetch.ts';
import { compileSplicedObject } from './spliced-response.ts';

export interface SplicedOperation {
  /** A query's. */
  readonly node: PlanNode | null;
  /** What of it the viewer may see. */
  readonly selectionSet: SelectionSetNode;
  readonly fragments: CollectOptions['fragments'];
  readonly conditions: ConditionValues;
  readonly answerBytesMax: number;
}

/** By conditions; null for what is of another kind, and for what is asked the first time or in too many variants: that is not worth it. */
export function createSplicings(
  operation: Omit<SplicedOperation, 'conditions'>,
  options: FetchOptions,
): (conditions: ConditionValues) => AnswerInBytes | null {
  const find = perConditions(
    (conditions) => {
      let isFirst = true;
      let compiled: AnswerInBytes | null | undefined;
      return () => {
        if (isFirst) {
          isFirst = false;
          return null;
        }
        if (compiled === undefined) compiled = compileSplicing({ ...operation, conditions }, options);
        return compiled;
      };
    },
    () => () => null,
  );
  return (conditions) => find(conditions)();
}

function compileSplicing(operation: SplicedOperation, options: FetchOptions): AnswerInBytes | null {
  try {
    return new Splicing(operation, options).compile();
  } catch (error) {
    if (error instanceof NotSpliceable) return null;
    throw error;
  }
}

/** Called when all layouts are complete: only then it is known what of an answer has to be taken apart. */
type CompileStep = () => Step;

const noBytes = Buffer.alloc(0);

class Splicing {
  readonly #operation: SplicedOperation;
  readonly #options: FetchOptions;
  readonly #root: ObjectLayout;
  #sitesCount = 0;

  constructor(operation: SplicedOperation, options: FetchOptions) {
    this.#operation = operation;
    this.#options = options;
    const type = findQueryType(options.schema.supergraph);
    this.#root = { type, fields: [], additions: [], isTakenApart: true };
  }

  compile(): AnswerInBytes {
    const { selectionSet, fragments, conditions, node, answerBytesMax } = this.#operation;
    const { api } = this.#options.schema;
    const compileStep = this.#plan(node);
    const write = compileSplicedObject(
      this.#root,
      { type: findQueryType(api), selectionSets: [selectionSet] },
      { schema: api, fragments, conditions, deferred: new Set() },
    );
    const step = compileStep();
    const sitesCount = this.#sitesCount;
    const answersCount = this.#root.additions.length;
    return async (execution) => {
      // Somebody may not see all of it, and has to be told.
      if (execution.errors.length > 0) return null;
      const sites = Array.from({ length: sitesCount }, (): Part[] => []);
      const root = new Part({ bytes: noBytes, marks: [], inside: [] }, answersCount);
      const run: Run = { execution, root, sites, policies: [], bytes: 0 };
      if (!(await step(run))) return null;
      const text = new ByteText(run.bytes, answerBytesMax);
      text.add(dataStart);
      if (!write(root, text)) return null;
      text.addByte(closeBrace);
      for (const policy of run.policies) execution.notePolicy(policy);
      return text.bytes;
    };
  }

  #plan(node: PlanNode | null): CompileStep {
    if (node === null) return () => async () => true;
    switch (node.kind) {
      case 'RootFetch':
        return this.#planRoot(node);
      case 'EntityFetch':
        return this.#planEntities(node);
      case 'Sequence':
        return inSequence(node.nodes.map((one) => this.#plan(one)));
      case 'Parallel':
        return inParallel(node.nodes.map((one) => this.#plan(one)));
      case 'Condition':
        return this.#plan(this.#operation.conditions.get(node.variable) ? node.ifTrue : node.ifFalse);
      case 'Defer':
        throw new NotSpliceable('something is deferred');
    }
  }

  #planRoot(fetch: RootFetch): CompileStep {
    if (fetch.path.length > 0 || fetch.outputRewrites.length > 0)
      throw new NotSpliceable('root fields are not at the root, or renamed');
    const { selectionSet, options } = this.#read(fetch);
    const layout = createObjectLayout(this.#root.type, [selectionSet], options);
    const { addition } = this.#add(this.#root, { layout, isShared: false });
    return () => compileRootStep(fetch, { layout, addition }, this.#options);
  }

  #planEntities(fetch: EntityFetch): CompileStep {
    const { selectionSet, options } = this.#read(fetch);
    const asked = [...collectFields(this.#root.type, [selectionSet], options)];
    if (asked.length !== fetch.groups.length) throw new NotSpliceable('a fetch asks for more than entities');
    const groups = fetch.groups.map((group, index): GroupLayout => {
      const [responseKey, nodes] = asked[index] ?? ['', []];
      if (responseKey !== group.responseKey) throw new NotSpliceable('groups are asked for in another order');
      const selectionSets = nodes.flatMap((node) => node.selectionSet ?? []);
      return this.#planGroup(group, selectionSets, options);
    });
    return () => compileEntityStep(fetch, groups, this.#options);
  }

  #planGroup(
    group: EntityGroup,
    selectionSets: readonly SelectionSetNode[],
    options: LayoutOptions,
  ): GroupLayout {
    if (group.outputRewrites.length > 0) throw new NotSpliceable('entities are rewritten');
    const bases = findBases(this.#root, group);
    const [base] = bases;
    if (base === undefined) throw new NotSpliceable('entities are asked for from nowhere');
    const representations = bases.map((one) => compileRepresentation(one, group));
    const [representation] = representations as [Representation];
    const { start, end } = representation;
    if (representations.some((one) => one.start !== start || one.end !== end))
      throw new NotSpliceable('representations differ in more than their keys');
    const layout = createObjectLayout(base.type, selectionSets, options);
    const isShared = bases.length > 1;
    const sites = bases.map((one, index) => ({
      ...this.#add(one, { layout, isShared }),
      read: (representations[index] as Representation).read,
    }));
    return { responseKey: group.responseKey, layout, group: new SplicedGroup(sites, representation) };
  }

  #add(to: ObjectLayout, { layout, isShared }: { layout: ObjectLayout; isShared: boolean }) {
    const site = this.#sitesCount;
    this.#sitesCount += 1;
    layout.isTakenApart = true;
    to.additions.push({ layout, site, isShared });
    return { site, addition: to.additions.length - 1 };
  }

  #read({ operation, operationName }: RootFetch | EntityFetch) {
    const document: DocumentNode = parse(operation, { noLocation: true });
    const found = getOperationAST(document, operationName);
    if (!found) throw new Error('a fetch has no operation');
    const { schema } = this.#options;
    const options: LayoutOptions = {
      schema: schema.supergraph,
      fragments: readFragments(document.definitions),
      conditions: this.#operation.conditions,
      deferred: new Set(),
      api: schema.api,
    };
    return { selectionSet: found.selectionSet, options };
  }
}

function inSequence(compileSteps: readonly CompileStep[]): CompileStep {
  return () => {
    const steps = compileSteps.map((compile) => compile());
    return async (run) => {
      for (const step of steps) if (!(await step(run))) return false;
      return true;
    };
  };
}

function inParallel(compileSteps: readonly CompileStep[]): CompileStep {
  return () => {
    const steps = compileSteps.map((compile) => compile());
    return async (run) => (await Promise.all(steps.map((step) => step(run)))).every(Boolean);
  };
}

function findQueryType(schema: GraphQLSchema): GraphQLObjectType {
  const type = schema.getQueryType();
  if (!type) throw new Error('the schema has no queries');
  return type;
}
