/**
 * HISTORY and SEND: one answer in parts: what is not deferred first, then each deferred fragment at each place where it stands, with the errors of its own. Started by
 * prepared-operation.ts; whoever writes to the client asks it for the later parts.
 */
import type { FieldNode } from 'graphql';
import { GraphQLError } from 'graphql';
import { toGraphQLError } from '#platform/graphql-errors.ts';
import { answerTooLarge } from '../execution/answer-size.ts';
import { Execution } from '../execution/execution.ts';
import type { JsonObject } from '../execution/json-objects.ts';
import { copyJson, merge } from '../execution/json-objects.ts';
import type { Place } from '../execution/paths.ts';
import { findPlaces } from '../execution/paths.ts';
import type { QuerySchema } from '../execution/query-schema.ts';
import type { Violation, Write } from '../execution/response-writer.ts';
import { toViolationError } from '../execution/response-writer.ts';
import { toClientName } from '../planning/client-keys.ts';
import type { PlannedDeferral, PlannedPart } from './deferred-plan.ts';
import { listDeferrals } from './deferred-plan.ts';
import type { AnswerShape } from './deferred-shape.ts';
import { DeliveredPart } from './delivered-part.ts';

/** A deferred fragment at one place. */
export interface LaterItem {
  readonly path: Place;
  /** The client's. */
  readonly label: string | null;
  /** JSON text; null when an error has left nothing of it. */
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

export interface LaterParts {
  /** What has become ready since the last call, and whether there will be more. One call at a time; never rejects. */
  next(): Promise<{ readonly items: readonly LaterItem[]; readonly hasNext: boolean }>;
  /** Nobody will ask any more: nothing is begun that has not begun. */
  stop(): void;
}

export interface ResultInParts {
  readonly kind: 'parts';
  /** JSON text of all that is not deferred. */
  readonly data: string;
  readonly errors: readonly GraphQLError[];
  readonly later: LaterParts;
}

export interface DeferredAnswerOptions {
  readonly planned: PlannedPart;
  readonly shape: AnswerShape;
  readonly schema: QuerySchema;
  /** Nothing has been fetched yet. */
  readonly execution: Execution;
  readonly introspect: (field: FieldNode) => string;
  /** Of all parts together. */
  readonly answerBytesMax: number;
}

/** Resolves when all that is not deferred is there; never rejects. */
export async function answerInParts(options: DeferredAnswerOptions): Promise<ResultInParts> {
  return new DeferredAnswer(options).start();
}

/** A part that runs. What it fetches is its own: parts that fetch the same list at different moments must not change each other's. */
interface RunningPart {
  readonly parent: RunningPart | null;
  readonly execution: Execution;
  readonly delivered: PromiseWithResolvers<DeliveredPart>;
}

/** An object, and where it stands in which part. */
interface Standing {
  readonly execution: Execution;
  readonly place: Place;
  readonly object: JsonObject;
}

interface Written {
  readonly text: string | null;
  readonly violations: readonly Violation[];
}

class DeferredAnswer implements LaterParts {
  readonly #options: DeferredAnswerOptions;
  readonly #fetched = new Map<string, PromiseWithResolvers<void>>();
  #waiting: number;
  #items: LaterItem[] = [];
  #wake: (() => void) | null = null;
  #isStopped = false;
  /** Of everything written. */
  #chars = 0;

  constructor(options: DeferredAnswerOptions) {
    this.#options = options;
    this.#waiting = listDeferrals(options.planned).length;
  }

  async start(): Promise<ResultInParts> {
    const { planned, shape, execution } = this.#options;
    const part = this.#createPart(null);
    part.execution.errors.push(...execution.errors);
    for (const deferral of planned.deferred) void this.#run(deferral, part);
    await planned.run(part.execution);
    const { text, violations } = this.#write(shape.write, {
      execution: part.execution,
      place: [],
      object: part.execution.data,
    });
    const delivered = new DeliveredPart();
    if (text !== null) delivered.add([], text, violations.length === 0);
    part.delivered.resolve(delivered);
    const told = part.execution.errors;
    const errors = told.length > 0 ? told : violations.map((violation) => toViolationError(violation, []));
    return { kind: 'parts', data: text ?? 'null', errors, later: this };
  }

  next(): Promise<{ readonly items: readonly LaterItem[]; readonly hasNext: boolean }> {
    const ready = Promise.withResolvers<void>();
    if (this.#items.length > 0 || this.#waiting === 0) ready.resolve();
    else this.#wake = ready.resolve;
    return ready.promise.then(() => {
      const items = this.#items;
      this.#items = [];
      return { items, hasNext: this.#waiting > 0 };
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #run(deferral: PlannedDeferral, parent: RunningPart): Promise<void> {
    const fetched = Promise.all(deferral.dependsOn.map((id) => this.#signalOf(id).promise));
    // A fetch that was not necessary is not told of, but all of them are over when the part around is.
    await Promise.race([fetched, parent.delivered.promise]);
    if (this.#isStopped) return;
    const part = this.#createPart(parent);
    try {
      merge(part.execution.data, this.#gather(parent), this.#options.schema.interfaceObjects);
      for (const nested of deferral.deferred) void this.#run(nested, part);
      await deferral.run(part.execution);
      const around = await parent.delivered.promise;
      this.#push(this.#writeItems(deferral, part, around));
    } catch (error) {
      part.delivered.resolve(new DeliveredPart());
      const label = this.#options.shape.parts.get(deferral.label)?.label ?? null;
      this.#push([{ path: [], label, data: null, errors: [toGraphQLError(error)] }]);
    }
  }

  #writeItems({ label }: PlannedDeferral, part: RunningPart, around: DeliveredPart): LaterItem[] {
    const { shape, schema } = this.#options;
    const own = shape.parts.get(label);
    const items: (LaterItem & { errors: GraphQLError[] })[] = [];
    const delivered = new DeliveredPart();
    const places = own && findPlaces(own.path, this.#gather(part), schema.isOfType);
    for (const [object, placesOfObject] of places ?? []) {
      const path = placesOfObject
        .map((place) => place.map(toClientStep))
        .filter((place) => around.has(place));
      for (const place of path) {
        const { text, violations } = this.#write((own as { write: Write }).write, {
          execution: part.execution,
          place,
          object,
        });
        if (text !== null) delivered.add(place, text, violations.length === 0);
        const errors = violations.map((violation) => toViolationError(violation, place));
        items.push({ path: place, label: own?.label ?? null, data: text, errors });
      }
    }
    part.delivered.resolve(delivered);
    return tellErrors(items, part.execution.errors);
  }

  /** What would make the answer too long, all its parts together, is not written; an error of the part says so. */
  #write(write: Write, { execution, place, object }: Standing): Written {
    const { introspect, answerBytesMax } = this.#options;
    const violations: Violation[] = [];
    try {
      const text = write(object, { violations, introspect });
      this.#chars += text?.length ?? 0;
      if (this.#chars > answerBytesMax) throw answerTooLarge(answerBytesMax);
      return { text, violations };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { message, extensions } = error;
      execution.errors.push(
        new GraphQLError(message, { extensions, ...(place.length === 0 ? {} : { path: place }) }),
      );
      return { text: null, violations: [] };
    }
  }

  #push(items: readonly LaterItem[]): void {
    this.#items.push(...items);
    this.#waiting -= 1;
    if (this.#items.length > 0 || this.#waiting === 0) this.#wake?.();
  }

  #createPart(parent: RunningPart | null): RunningPart {
    const { context, variables, conditions } = this.#options.execution;
    const noteFetched = (id: string) => this.#signalOf(id).resolve();
    const execution = new Execution({ context, variables, conditions, noteFetched });
    return { parent, execution, delivered: Promise.withResolvers() };
  }

  #signalOf(id: string): PromiseWithResolvers<void> {
    const known = this.#fetched.get(id) ?? Promise.withResolvers();
    this.#fetched.set(id, known);
    return known;
  }

  /** A copy of what the part and those around it have fetched so far. */
  #gather({ parent, execution }: RunningPart): JsonObject {
    const own = copyJson(execution.data);
    if (parent === null) return own;
    const all = this.#gather(parent);
    merge(all, own, this.#options.schema.interfaceObjects);
    return all;
  }
}

function toClientStep(step: string | number): string | number {
  return typeof step === 'string' ? toClientName(step) : step;
}

/** Errors of fetches instead of the violations that come of them, each with the item where it happened. */
function tellErrors(
  items: readonly (LaterItem & { readonly errors: GraphQLError[] })[],
  errors: readonly GraphQLError[],
): LaterItem[] {
  if (errors.length === 0) return [...items];
  const told = items.map((item) => ({ ...item, errors: [] as GraphQLError[] }));
  for (const error of errors) {
    const at = told.find(({ path }) => path.every((step, index) => error.path?.[index] === step)) ?? told[0];
    at?.errors.push(error);
  }
  return told;
}
