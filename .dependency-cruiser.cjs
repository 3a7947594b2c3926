/** Who may import whom. Run by `npm run check`; tests/repo plants a violation of each rule to show that it bites. */
const tests = '(^tests/|[.]test[.]ts$)';

/** A rule that forbids one side to import the other. */
function forbid(name, comment, { from, to }) {
  return { name, comment, severity: 'error', from, to };
}

module.exports = {
  forbidden: [
    forbid('no-cycle', 'A cycle has no bottom to start reading from.', { from: {}, to: { circular: true } }),
    {
      name: 'no-orphan',
      comment: 'A module nobody imports is dead, unless it is an entry, a test or a tool configuration.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '(main[.]tsx?$|[.]test[.]ts$|^codegen[.]ts$|^infra/|^bench/|^tests/|^schema/generated/|/migrations/|[.]cjs$|^web/)',
      },
      to: {},
    },
    forbid('schema-is-a-leaf', 'The contract imports nothing of ours.', {
      from: { path: '^schema/', pathNot: tests },
      to: { path: '^(gateway|subgraphs|platform|infra|tests|bench|web)/' },
    }),
    forbid('platform-knows-no-business', 'The floor stands under every process.', {
      from: { path: '^platform/', pathNot: tests },
      to: { path: '^(gateway|subgraphs|infra|tests|bench|web)/' },
    }),
    forbid('gateway-only-over-the-wire', 'The gateway talks to subgraphs, it does not import them.', {
      from: { path: '^gateway/' },
      to: { path: '^subgraphs/' },
    }),
    forbid('subgraphs-are-islands', 'A subgraph imports neither another one nor the gateway.', {
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^(gateway|subgraphs)/', pathNot: '^subgraphs/$1/' },
    }),
    forbid('subscriptions-can-leave', 'The subscription engine could become a package of its own.', {
      from: { path: '^gateway/subscriptions/' },
      to: { path: '^gateway/', pathNot: '^gateway/subscriptions/' },
    }),
    forbid('clients-stand-alone', 'What an app takes brings nothing of ours with it.', {
      from: { path: '^clients/', pathNot: tests },
      to: { path: '^(gateway|subgraphs|platform|schema|infra|tests|bench|web)/' },
    }),
    forbid('resumable-needs-nothing', 'The package is one file for any app, whatever it has installed.', {
      from: { path: '^clients/resumable/', pathNot: tests },
      to: { pathNot: '^clients/resumable/' },
    }),
    forbid(
      'resolvers-do-not-touch-the-database',
      'Resolvers call the modules of their subgraph, never the ORM.',
      { from: { path: '/resolvers/' }, to: { path: 'node_modules/(@mikro-orm|pg)/' } },
    ),
    forbid('one-kafka-door', 'kafkajs and its pub/sub are spoken to behind our own classes only.', {
      from: { pathNot: `^platform/kafka/|^subgraphs/chat/signals/|^infra/|${tests}` },
      to: {
        path: 'node_modules/(kafkajs|graphql-kafkajs-subscriptions)/',
        dependencyTypesNot: ['type-only'],
      },
    }),
    forbid('one-database-door', 'Postgres is spoken to by the store, by */db/ and by the floor only.', {
      from: { pathNot: `/db/|^subgraphs/storage/store/|^platform/postgres|^infra/|${tests}` },
      to: { path: 'node_modules/(@mikro-orm|pg)/', dependencyTypesNot: ['type-only'] },
    }),
    forbid(
      'production-not-tests',
      'What runs in production does not depend on tests, benchmarks or the dev stack.',
      {
        from: { path: '^(gateway|subgraphs|platform|schema)/', pathNot: tests },
        to: { path: '^(clients|tests|bench|infra)/|[.]test[.]ts$' },
      },
    ),
    forbid('no-dumping-ground', 'A file is named by what it is.', {
      from: {},
      to: { path: '(^|/)(utils?|helpers?|common|misc|shared|index)[.]tsx?$', pathNot: 'node_modules' },
    }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(web/explorer/dist|[.]messageme)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
