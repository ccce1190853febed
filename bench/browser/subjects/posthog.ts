import { field, list, text } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const settings = {
  supportedCompression: ['gzip', 'gzip-js'],
  config: { enable_collect_everything: true },
  featureFlags: {},
  featureFlagPayloads: {},
  errorsWhileComputingFlags: false,
  hasFeatureFlags: false,
  sessionRecording: false,
  surveys: false,
  toolbarParams: {},
  isAuthenticated: false,
  siteApps: [],
  heatmaps: false,
  capturePerformance: false,
  autocapture_opt_out: false,
  autocaptureExceptions: false,
  analytics: { endpoint: '/i/v0/e/' },
  elementsChainAsString: true,
};
const dist = new URL('../node_modules/posthog-js/dist/', import.meta.url);
const json = { 'content-type': 'application/json' };

export const posthog: Subject = {
  name: 'posthog',
  title: 'PostHog',
  version: `posthog-js ${versionOf('posthog-js')}`,
  note: '`array.js` as the snippet loads it; surveys and its robot filter off; replay, heatmaps and flags off in the project settings',
  scripts: { '/static/': dist, [`/static/${versionOf('posthog-js')}/`]: dist },
  head: ({ origin }) => `<script>
    window.posthog = Object.assign([], { _i: [['bench', { api_host: '${origin}', disable_surveys: true, opt_out_useragent_filter: true }, 'posthog']], __SV: 1, people: [] });
    window.bench = {
      ready: () => window.posthog.__loaded === true,
      track: (properties) => window.posthog.capture('bench', properties),
    };
  </script><script async src="/static/array.js"></script>`,
  isDelivery: (path) => /^\/(e|i\/v0\/e|capture|batch)\/?$/.test(path),
  taken: () => ({ headers: json, body: '{"status":"Ok"}' }),
  answer: (path) => {
    if (path === '/array/bench/config') return { headers: json, body: JSON.stringify(settings) };
    if (path === '/array/bench/config.js') {
      const body = `(window._POSTHOG_REMOTE_CONFIG ||= {})['bench'] = { config: ${JSON.stringify(settings)}, siteApps: [] };`;
      return { headers: { 'content-type': 'text/javascript' }, body };
    }
    if (/^\/(flags|decide)\/?$/.test(path)) {
      return { headers: json, body: JSON.stringify({ ...settings, flags: {}, requestId: 'bench' }) };
    }
    return undefined;
  },
  events: (body) =>
    list(field(body, 'batch') ?? body).map((event) => ({
      mark: text(field(event, 'properties', 'mark')) ?? '',
      messageId: text(field(event, 'uuid')),
      visitorId: text(field(event, 'properties', 'distinct_id')),
    })),
};
