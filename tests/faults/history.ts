/**
 * What clients saw, and nothing else: the history that checker.ts judges. Filled by writers.ts, readers.ts and the runner; a fault run may
 * last an hour, so it is kept in a form that costs a few dozen bytes a message.
 */

/** The three answers of a send (G2). `open`: not answered yet. */
export type SendOutcome = 'open' | 'ok' | 'refused' | 'unknown';

/** One message that a writer wanted to be there: all its tries are one send, as they carry one clientMessageId. */
export interface Send {
  /** Sends of one writer follow each other: the next is invoked when this one is answered. */
  readonly writer: string;
  readonly conversation: string;
  readonly clientMessageId: string;
  readonly text: string;
  outcome: SendOutcome;
  /** As answered; null when the answer named none (ACCEPTED, or not ok). */
  seq: number | null;
  /** Tries that were sent, deliberate repeats after success included. */
  tries: number;
}

/** A message as somebody saw it. */
export interface SeenMessage {
  readonly seq: number;
  readonly clientMessageId: string;
  readonly text: string;
}

/** What one resumed reader saw of one conversation, in the order in which it came. */
export interface Sight {
  readonly reader: string;
  readonly conversation: string;
  readonly messages: SeenMessage[];
  /** Of every event, messages or not. */
  readonly eventSeqs: number[];
  /** Whether it was a member until the end, and so must have seen everything. */
  readonly isComplete: boolean;
}

/** A page read after something was answered as stored. */
export interface PageRead {
  readonly reader: string;
  readonly conversation: string;
  /** The seq that was known to be stored before the page was asked for. */
  readonly mustHave: number;
  readonly lastSeq: number;
  readonly pageSeqs: readonly number[];
}

/** Something that reached somebody who must not see it. */
export interface Leak {
  readonly who: string;
  readonly what: string;
}

export interface History {
  readonly sends: Send[];
  readonly sights: Sight[];
  readonly pages: PageRead[];
  readonly leaks: Leak[];
  /** Answers that contradict the contract by themselves, e.g. a repeat that was answered with another message. */
  readonly contradictions: string[];
  /** What did not come to rest within its time after everything was healed. */
  readonly stuck: string[];
  /** By conversation, all pages at the end. */
  readonly final: Map<string, readonly SeenMessage[]>;
}

export function createHistory(): History {
  return {
    sends: [],
    sights: [],
    pages: [],
    leaks: [],
    contradictions: [],
    stuck: [],
    final: new Map(),
  };
}
