import { createRequire } from 'node:module';

const { newTracker, buildSelfDescribingEvent } = createRequire(import.meta.url)('@snowplow/node-tracker');

export const open = ({ endpoint, tuned }) => {
  const { hostname, port } = new URL(endpoint);
  const tracker = newTracker(
    { namespace: 'bench', appId: 'bench', encodeBase64: false },
    {
      endpoint: `http://${hostname}:${port}`,
      eventMethod: 'post',
      ...(tuned && { bufferSize: 500, maxPostBytes: 400_000 }),
    },
  );
  return {
    track: (_n, properties) =>
      tracker.track(
        buildSelfDescribingEvent({
          event: { schema: 'iglu:com.acme/order/jsonschema/1-0-0', data: properties },
        }),
      ),
    flush: () => tracker.flush(),
  };
};
