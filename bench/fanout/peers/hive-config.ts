/**
 * Hive Gateway's configuration for MessageMe's subgraphs, which answer only who has the internal key and take the viewer's token from the extensions of each
 * subscription. Read by Hive's command line, see hive.ts.
 */

interface ExecutionRequest {
  readonly extensions?: object;
  readonly context?: { readonly connectionParams?: { readonly authorization?: string } };
}

interface SubgraphExecution {
  readonly executionRequest: ExecutionRequest;
  readonly setExecutionRequest: (request: ExecutionRequest) => void;
}

export const gatewayConfig = {
  transportEntries: {
    '*.http': {
      // Users are public: without a token their answers can be shared.
      headers: [['x-internal-key', '{env.INTERNAL_KEY}']],
      options: {
        subscriptions: { kind: 'ws', options: { connectionParams: { internalKey: '{env.INTERNAL_KEY}' } } },
      },
    },
  },
  plugins: () => [
    {
      onSubgraphExecute: ({ executionRequest, setExecutionRequest }: SubgraphExecution) => {
        const authorization = executionRequest.context?.connectionParams?.authorization;
        setExecutionRequest({
          ...executionRequest,
          extensions: { ...executionRequest.extensions, authorization },
        });
      },
    },
  ],
};
