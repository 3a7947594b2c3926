/** What `npm run codegen` makes of the subgraphs' SDL: resolver types, one file a subgraph. The protobuf side is schema/buf.gen.yaml. */
import type { CodegenConfig } from '@graphql-codegen/cli';

const scalars = {
  DateTime: 'Date',
  EmailAddress: 'string',
  PhoneNumber: 'string',
  URL: 'string',
  UUID: 'string',
  EventCursor: 'string',
  InboxCursor: 'string',
};

/** Resolver types of one subgraph; `parents` maps types to what our resolvers pass for them. */
function resolverTypes(subgraph: string, parents: Record<string, string>): CodegenConfig['generates'] {
  return {
    [`schema/generated/${subgraph}_resolvers.ts`]: {
      schema: `schema/${subgraph}.graphql`,
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        federation: true,
        useTypeImports: true,
        enumType: 'string-literal',
        enumsAsTypes: true,
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        contextType: '../context.ts#SubgraphContext',
        scalars,
        mappers: parents,
        resolversNonOptionalTypename: { unionMember: true },
      },
    },
  };
}

const config: CodegenConfig = {
  generates: {
    ...resolverTypes('auth', {}),
    ...resolverTypes('chat', {}),
    // What the message store gives is what the fields are read from.
    ...resolverTypes('storage', {
      Conversation: './message_store.ts#Conversation as StoredConversation',
      Membership: './message_store.ts#Membership as StoredMembership',
      Message: './events.ts#Message as StoredMessage',
    }),
  },
};

export default config;
