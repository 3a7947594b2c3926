/** HISTORY and SEND: what the client has got of one part of an answer: what is deferred inside it has a place only where there is an object. Used by deferred-answer.ts. */

import { isObject } from '#platform/is-object.ts';
import type { JsonObject } from '../execution/json-objects.ts';
import { createRead } from '../execution/json-objects.ts';
import type { Place } from '../execution/paths.ts';

export class DeliveredPart {
  /** By the JSON text of the place; null for an item that is as it was fetched, otherwise its value. */
  readonly #items = new Map<string, JsonObject | null>();

  /** `isWhole`: nothing in it is null against what was fetched. */
  add(place: Place, text: string, isWhole: boolean): void {
    this.#items.set(JSON.stringify(place), isWhole ? null : JSON.parse(text));
  }

  /** The place is in the answer; was it fetched as an object, has the client got one? */
  has(place: Place): boolean {
    for (let length = place.length; length >= 0; length -= 1) {
      const item = this.#items.get(JSON.stringify(place.slice(0, length)));
      if (item !== undefined) return item === null || isObject(follow(item, place.slice(length)));
    }
    return false;
  }
}

function follow(from: unknown, steps: Place): unknown {
  let value = from;
  for (const step of steps) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
    else value = isObject(value) ? createRead(step)(value) : undefined;
  }
  return value;
}
