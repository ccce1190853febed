import { field, list, text } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const json = { 'content-type': 'application/json' };

export const rudderstack: Subject = {
  name: 'rudderstack',
  title: 'RudderStack',
  version: `@rudderstack/analytics-js ${versionOf('@rudderstack/analytics-js')}`,
  note: 'the `lite` build, minified here as a site would: the npm package holds no minified file, and the full build loads its queue from their network',
  scripts: { '/rsa.js': new URL('../built/rudderstack.js', import.meta.url) },
  head: ({ origin }) => `<script>
    let started = false;
    function start() {
      window.rudderanalytics = window.rudderanalytics.RudderAnalytics
        ? new window.rudderanalytics.RudderAnalytics() : window.rudderanalytics;
      rudderanalytics.load('bench', '${origin}', { configUrl: '${origin}', onLoaded: () => { started = true; } });
    }
    window.bench = {
      ready: () => started,
      track: (properties) => rudderanalytics.track('bench', properties),
    };
  </script><script async src="/rsa.js" onload="start()"></script>`,
  pageView: 'rudderanalytics.page()',
  isDelivery: (path) => /^\/(beacon\/)?v1\/[a-z]+$/.test(path),
  taken: () => ({ headers: json, body: '"OK"' }),
  answer: (path) =>
    path === '/sourceConfig/'
      ? {
          headers: json,
          body: JSON.stringify({
            source: {
              id: 'bench',
              name: 'bench',
              writeKey: 'bench',
              enabled: true,
              workspaceId: 'bench',
              destinations: [],
              dataplanes: {},
              config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
            },
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
