import { field, list, text } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const json = { 'content-type': 'application/json' };

export const mixpanel: Subject = {
  name: 'mixpanel',
  title: 'Mixpanel',
  version: `mixpanel-browser ${versionOf('mixpanel-browser')}`,
  note: '`mixpanel.min.js` as the snippet loads it',
  scripts: {
    '/mixpanel.js': new URL('../node_modules/mixpanel-browser/dist/mixpanel.min.js', import.meta.url),
  },
  head: ({ origin }) => `<script>
    let started = false;
    window.mixpanel = Object.assign([], {
      _i: [['bench', { api_host: '${origin}', loaded: () => { started = true; } }, 'mixpanel']],
      __SV: 1.2,
      people: [],
    });
    window.bench = {
      ready: () => started,
      track: (properties) => { window.mixpanel.track('bench', properties); },
    };
  </script><script async src="/mixpanel.js"></script>`,
  pageView: 'mixpanel.track_pageview()',
  isDelivery: (path) => /^\/track\/?$/.test(path),
  taken: ({ query }) =>
    query.get('verbose') === '1'
      ? { headers: json, body: '{"status":1,"error":null}' }
      : { headers: json, body: '1' },
  events: (body) =>
    list(body).map((event) => ({
      mark: text(field(event, 'properties', 'mark')) ?? '',
      messageId: text(field(event, 'properties', '$insert_id')),
      visitorId: text(field(event, 'properties', 'distinct_id')),
    })),
};
