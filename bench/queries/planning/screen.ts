/** The largest query that an app of the chat would send: everything that its first screen shows. Planned by measure-planning.ts. */

/** Under another name it is another document for every cache. */
export function createScreenQuery(name: string): string {
  return `query ${name}($conversationId: ID!, $after: EventCursor) {
  viewer { user { ...Person bio createdAt } }
  conversations(first: 5) {
    nodes {
      ...Summary
      members(first: 10) { totalCount nodes { role joinedAt readSeq deliveredSeq user { ...Person } } }
      lastMessage { ...Written }
    }
    pageInfo { hasNextPage endCursor }
  }
  conversation(id: $conversationId) {
    ...Summary
    eventCursor
    members(first: 20) { totalCount nodes { role readSeq user { ...Person bio } } pageInfo { hasNextPage endCursor } }
    messages(last: 20) {
      nodes { ...Written replyTo { ...Written } reactions { emoji count viewerReacted users(first: 3) { ...Person } } }
      pageInfo { hasPreviousPage startCursor }
    }
  }
  conversationEvents(conversationId: $conversationId, after: $after, first: 20) {
    edges { cursor node {
      __typename
      eventSeq
      conversation { ...Summary }
      ... on MessageCreated { message { ...Written } }
      ... on MessageUpdated { message { ...Written } }
      ... on MessageDeleted { messageId seq }
      ... on ReactionAdded { messageId emoji user { ...Person } }
      ... on ReactionRemoved { messageId emoji user { ...Person } }
      ... on MemberJoined { role user { ...Person } }
      ... on MemberLeft { user { ...Person } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
fragment Summary on Conversation {
  id kind title topic createdAt lastSeq viewerUnreadCount viewerMentionCount
  viewerMembership { role readSeq mutedUntil archivedAt }
}
fragment Person on User { id handle displayName avatarUrl }
fragment Written on Message {
  id seq text version createdAt editedAt deletedAt clientMessageId sender { ...Person } mentions { ...Person } conversation { id }
}`;
}
