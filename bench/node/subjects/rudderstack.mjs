import { createRequire } from 'node:module';

const imported = createRequire(import.meta.url)('@rudderstack/rudder-sdk-node');
const RudderAnalytics = imported.default ?? imported;

export const open = ({ endpoint, tuned }) => {
  const client = new RudderAnalytics('key', {
    dataPlaneUrl: endpoint,
    logLevel: 'silent',
    errorHandler: () => {},
    ...(tuned && { flushAt: 100, maxInternalQueueSize: 1_000_000, gzip: false }),
  });
  return {
    track: (n, properties) =>
      client.track({ userId: `user-${n % 1000}`, event: 'Order Completed', properties }),
    flush: () => client.flush(),
  };
};
