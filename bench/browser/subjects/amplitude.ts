import { field, list, text } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const json = { 'content-type': 'application/json' };

export const amplitude: Subject = {
  name: 'amplitude',
  title: 'Amplitude',
  version: `@amplitude/analytics-browser ${versionOf('@amplitude/analytics-browser')}`,
  note: '`amplitude-min.js`; its remote settings are not fetched (their host is fixed)',
  scripts: {
    '/amplitude.js': new URL(
      '../node_modules/@amplitude/analytics-browser/lib/scripts/amplitude-min.umd.js',
      import.meta.url,
    ),
  },
  head: ({ origin }) => `<script>
    let started = false;
    function start() {
      amplitude.init('bench', { serverUrl: '${origin}/2/httpapi', remoteConfig: { fetchRemoteConfig: false } })
        .promise.then(() => { started = true; });
    }
    window.bench = {
      ready: () => started,
      track: (properties) => { amplitude.track('bench', properties); },
    };
  </script><script async src="/amplitude.js" onload="start()"></script>`,
  isDelivery: (path) => path === '/2/httpapi',
  taken: () => ({ headers: json, body: '{"code":200,"events_ingested":1}' }),
  events: (body) =>
    list(field(body, 'events')).map((event) => ({
      mark: text(field(event, 'event_properties', 'mark')) ?? '',
      messageId: text(field(event, 'insert_id')),
      visitorId: text(field(event, 'device_id')),
    })),
};
