import { field, fromText, list, text } from '../decode.ts';
import type { Json } from '../decode.ts';
import { versionOf } from '../packages.ts';
import type { Subject } from './subject.ts';

const wrapped = (event: Json): Json | undefined => {
  const encoded = text(field(event, 'ue_px'));
  const plain = text(field(event, 'ue_pr'));
  if (encoded === undefined && plain === undefined) return undefined;
  return fromText(plain ?? encoded ?? '');
};

export const snowplow: Subject = {
  name: 'snowplow',
  title: 'Snowplow',
  version: `@snowplow/browser-tracker ${versionOf('@snowplow/browser-tracker')}`,
  note: '`index.umd.min.js`; one request an event is its default (`bufferSize` 1)',
  scripts: {
    '/sp.js': new URL('../node_modules/@snowplow/browser-tracker/dist/index.umd.min.js', import.meta.url),
  },
  head: ({ origin }) => `<script>
    let started = false;
    function start() {
      snowplowBrowserTracking.newTracker('sp', '${origin}', { appId: 'bench' });
      started = true;
    }
    window.bench = {
      ready: () => started,
      track: (data) =>
        snowplowBrowserTracking.trackSelfDescribingEvent({ event: { schema: 'iglu:com.example/bench/jsonschema/1-0-0', data } }),
    };
  </script><script async src="/sp.js" onload="start()"></script>`,
  pageView: 'snowplowBrowserTracking.trackPageView()',
  isDelivery: (path) => path === '/com.snowplowanalytics.snowplow/tp2' || path === '/i',
  taken: () => ({ headers: { 'content-type': 'text/plain' }, body: 'ok' }),
  events: (body) =>
    list(field(body, 'data')).map((event) => ({
      mark: text(field(wrapped(event), 'data', 'data', 'mark')) ?? '',
      messageId: text(field(event, 'eid')),
      visitorId: text(field(event, 'duid')),
    })),
};
