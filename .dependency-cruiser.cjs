/** Who may import whom. Run by `npm run check`; tests/repo plants a violation of each rule to show that it bites. */
const tests = '(^tests/|[.]test[.]ts$)';

/** A rule that forbids `from` to import `to`. */
function forbid(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

module.exports = {
  forbidden: [
    forbid('no-cycle', 'A cycle has no bottom to start reading from.', {}, { circular: true }),
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
    forbid(
      'schema-is-a-leaf',
      'The contract imports nothing of ours.',
      { path: '^schema/', pathNot: tests },
      { path: '^(gateway|subgraphs|platform|infra|tests|bench|web)/' },
    ),
    forbid(
      'platform-knows-no-business',
      'The floor stands under every process.',
      { path: '^platform/', pathNot: tests },
      { path: '^(gateway|subgraphs|infra|tests|bench|web)/' },
    ),
    forbid(
      'gateway-only-over-the-wire',
      'The gateway talks to subgraphs, it does not import them.',
      { path: '^gateway/' },
      { path: '^subgraphs/' },
    ),
    forbid(
      'subgraphs-are-islands',
      'A subgraph imports neither another one nor the gateway.',
      { path: '^subgraphs/([^/]+)/' },
      { path: '^(gateway|subgraphs)/', pathNot: '^subgraphs/$1/' },
    ),
    forbid(
      'subscriptions-can-leave',
      'The subscription engine could become a package of its own.',
      { path: '^gateway/subscriptions/' },
      { path: '^gateway/', pathNot: '^gateway/subscriptions/' },
    ),
    forbid(
      'resolvers-do-not-touch-the-database',
      'Resolvers call the modules of their subgraph, never the ORM.',
      { path: '/resolvers/' },
      { path: 'node_modules/(@mikro-orm|pg)/' },
    ),
    forbid(
      'one-kafka-door',
      'kafkajs and its pub/sub are spoken to behind our own classes only.',
      { pathNot: `^platform/kafka/|^subgraphs/chat/signals/|^infra/|${tests}` },
      { path: 'node_modules/(kafkajs|graphql-kafkajs-subscriptions)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'one-database-door',
      'Postgres is spoken to by the store, by */db/ and by the floor only.',
      { pathNot: `/db/|^subgraphs/storage/store/|^platform/postgres|^infra/|${tests}` },
      { path: 'node_modules/(@mikro-orm|pg)/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'production-not-tests',
      'What runs in production does not depend on tests, benchmarks or the dev stack.',
      { path: '^(gateway|subgraphs|platform|schema)/', pathNot: tests },
      { path: '^(tests|bench|infra)/|[.]test[.]ts$' },
    ),
    forbid(
      'no-dumping-ground',
      'A file is named by what it is.',
      {},
      { path: '(^|/)(utils?|helpers?|common|misc|shared|index)[.]tsx?$', pathNot: 'node_modules' },
    ),
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
