/** What the explorer opens with: sign in, look around, send, listen. Names of demo people are those that `npm start` makes. */
const signIn = `# 1. Sign in; the other tabs then use the access token.
mutation SignIn($identifier: String!, $password: String!) {
  login(input: { identifier: $identifier, password: $password }) {
    __typename
    ... on SignedIn {
      tokens { accessToken accessTokenExpiresAt }
      viewer { user { id handle displayName } }
    }
    ... on MutationError { message }
  }
}
`;

const conversations = `# 2. Your conversations; copy the id of one.
query Conversations {
  conversations(first: 10) {
    nodes {
      id
      kind
      title
      eventCursor
      viewerUnreadCount
      lastMessage { seq text sender { displayName } }
    }
  }
}
`;

const live = `# 3. Listen: everything that happens in all of your conversations.
subscription Live($after: InboxCursor) {
  inboxEvents(after: $after) {
    __typename
    ... on InboxCaughtUp { cursor }
    ... on InboxEvent {
      cursor
      event {
        __typename
        eventSeq
        conversation { id title }
        ... on MessageCreated { message { seq text sender { handle displayName } } }
      }
    }
  }
}
`;

const send = `# 4. Send to a conversation of tab 2. The same clientMessageId again returns the same message; make a new one for another text.
mutation Send($conversationId: ID!, $clientMessageId: UUID!, $text: String!) {
  sendMessage(
    input: { conversationId: $conversationId, clientMessageId: $clientMessageId, text: $text }
  ) {
    __typename
    ... on SendMessageSuccess { replayed message { id seq text createdAt } }
    ... on MutationError { reason: message code path }
  }
}
`;

/** Variables as the editor shows them. */
function show(variables) {
  return JSON.stringify(variables, null, 2);
}

export const tabs = [
  { query: signIn, variables: show({ identifier: 'ada', password: 'demo-demo-demo' }) },
  { query: conversations },
  { query: live, variables: show({ after: null }) },
  {
    query: send,
    variables: show({
      conversationId: 'the id from tab 2',
      clientMessageId: crypto.randomUUID?.() ?? '00000000-0000-4000-8000-000000000001',
      text: 'Hello',
    }),
  },
];
