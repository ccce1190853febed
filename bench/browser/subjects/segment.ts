import { field, list, text } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const bundles = new URL('../node_modules/@segment/analytics-next/dist/umd/', import.meta.url);
const json = { 'content-type': 'application/json' };

export const segment: Subject = {
  name: 'segment',
  title: 'Segment',
  version: `@segment/analytics-next ${versionOf('@segment/analytics-next')}`,
  note: '`standalone.js`, as their delivery network serves it; one request an event is its default',
  scripts: {
    '/analytics.js/v1/bench/analytics.min.js': new URL('standalone.js', bundles),
    '/analytics-next/bundles/': bundles,
  },
  rewrite: (source) => source.replaceAll('__WRITE_KEY__', 'bench'),
  head: ({ origin }) => `<script>
    window.analytics = Object.assign([], { _writeKey: 'bench', _cdn: '${origin}', _loadOptions: {} });
    window.bench = {
      ready: () => window.analytics.initialized === true,
      track: (properties) => { window.analytics.track('bench', properties); },
    };
  </script><script async src="/analytics.js/v1/bench/analytics.min.js"></script>`,
  pageView: 'analytics.page()',
  isDelivery: (path) => /^\/v1\/[a-z]+$/.test(path),
  taken: () => ({ headers: json, body: '{"success":true}' }),
  answer: (path, { host }) =>
    path === '/v1/projects/bench/settings'
      ? {
          headers: json,
          body: JSON.stringify({
            integrations: {
              'Segment.io': {
                apiKey: 'bench',
                apiHost: `${host}/v1`,
                protocol: 'http',
                unbundledIntegrations: [],
                addBundledMetadata: true,
                maybeBundledConfigIds: {},
                versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
              },
            },
            plan: { track: { __default: { enabled: true, integrations: {} } } },
            edgeFunction: {},
            analyticsNextEnabled: true,
            middlewareSettings: {},
            enabledMiddleware: {},
            metrics: { sampleRate: 0 },
            legacyVideoPluginsEnabled: false,
            remotePlugins: [],
          }),
        }
      : undefined,
  events: (body) =>
    list(field(body, 'batch') ?? body).map((event) => ({
      mark: text(field(event, 'properties', 'mark')) ?? '',
      messageId: text(field(event, 'messageId')),
      visitorId: text(field(event, 'anonymousId')),
    })),
};
