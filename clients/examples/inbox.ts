/** What the examples of this folder follow: the inbox of the person who is signed in. Called by graphql-ws.ts, apollo.ts and urql.ts. */

/** `cursor` on every item is what lets a stream go on after it. */
export const inboxDocument = `
  subscription Inbox($after: InboxCursor) {
    inboxEvents(after: $after) {
      __typename
      ... on InboxEvent {
        cursor
        event {
          __typename
          ... on ConversationEvent { eventSeq conversation { id } }
          ... on MessageCreated { message { seq text sender { displayName } } }
        }
      }
      ... on InboxCaughtUp { cursor }
      ... on ResyncRequired { reason }
    }
  }
`;

/** An event as inboxDocument selects it. */
export interface InboxEvent {
  readonly __typename: string;
  readonly eventSeq: number;
  readonly conversation: { readonly id: string };
  readonly message?: {
    readonly seq: number;
    readonly text: string;
    readonly sender: { readonly displayName: string };
  };
}

/** An item of the stream. */
export type InboxItem =
  | { readonly __typename: 'InboxEvent'; readonly cursor: string; readonly event: InboxEvent }
  | { readonly __typename: 'InboxCaughtUp'; readonly cursor: string }
  | { readonly __typename: 'ResyncRequired'; readonly reason: string };

/** What the subscription answers. */
export interface InboxData {
  readonly inboxEvents: InboxItem;
}

/** What an app tells each example. */
export interface InboxOptions {
  /** `ws://…/graphql`; asked at each connect when it is a function. */
  readonly url: string | (() => string);
  /** The access token to connect with, asked at each connect. */
  readonly readToken: () => string | Promise<string>;
  readonly onItem: (item: InboxItem) => void;
  readonly onError: (error: unknown) => void;
}
