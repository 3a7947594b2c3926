/**
 * Where a reader stands: the number of the last event seen, per lane. LIVE: one conversation has one lane
 * (eventSeq), an inbox one per partition (logSeq).
 */

/** Lane -> number of the last event seen there; an absent lane stands at 0. */
export type Position = ReadonlyMap<number, number>;

/** The furthest of both in every lane. */
export function furthest(one: Position, other: Position): Position {
  const lanes = new Map(one);
  for (const [lane, seq] of other) lanes.set(lane, Math.max(seq, lanes.get(lane) ?? 0));
  return lanes;
}

/** Whether `position` has not seen something that `top` has. */
export function isBehind(position: Position, top: Position): boolean {
  return [...top].some(([lane, seq]) => (position.get(lane) ?? 0) < seq);
}
