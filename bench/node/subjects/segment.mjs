import { Analytics } from '@segment/analytics-node';

export const open = ({ endpoint, tuned }) => {
  const analytics = new Analytics({
    writeKey: 'key',
    host: endpoint,
    ...(tuned && { flushAt: 1000, httpRequestTimeout: 60_000 }),
  });
  analytics.on('error', () => {});
  return {
    track: (n, properties) =>
      analytics.track({ userId: `user-${n % 1000}`, event: 'Order Completed', properties }),
    flush: () => analytics.flush({ timeout: 60_000 }),
  };
};
