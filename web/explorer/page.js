/** The explorer: GraphiQL on this gateway, queries over HTTP and subscriptions over WebSocket. Bundled by build.ts, served at /explorer; loads nothing from elsewhere. */
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './page.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { tabs } from './tabs.js';

const url = new URL('/graphql', location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
const tokenKey = 'messageme.accessToken';

/** The headers of a tab go with the request, or into connection_init; signing in in any tab signs in all that name no token of their own. */
function createFetcher() {
  const fetchResult = createGraphiQLFetcher({
    url: url.href,
    subscriptionUrl: subscriptionUrl.href,
    enableIncrementalDelivery: false,
  });
  return async (params, options) => {
    const accessToken = localStorage.getItem(tokenKey);
    const authorization = accessToken === null ? {} : { authorization: `Bearer ${accessToken}` };
    const own = Object.fromEntries(
      Object.entries(options?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const result = await fetchResult(params, { ...options, headers: { ...authorization, ...own } });
    return Symbol.asyncIterator in result ? result : noteSignIn(result);
  };
}

function noteSignIn(result) {
  for (const value of Object.values(result?.data ?? {})) {
    const accessToken = value?.tokens?.accessToken;
    if (typeof accessToken === 'string') localStorage.setItem(tokenKey, accessToken);
  }
  return result;
}

// GraphiQL forgets the variables of the first tab when it opens for the first time; later it has them in its storage.
const isFirstVisit = localStorage.getItem('graphiql:tabState') === null;

createRoot(document.getElementById('explorer')).render(
  createElement(GraphiQL, {
    fetcher: createFetcher(),
    defaultTabs: tabs,
    defaultEditorToolsVisibility: 'variables',
    ...(isFirstVisit ? { initialVariables: tabs[0].variables } : {}),
  }),
);
