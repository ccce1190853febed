import { PostHog } from 'posthog-node';

export const open = ({ endpoint, tuned }) => {
  const client = new PostHog('phc_key', {
    host: endpoint,
    ...(tuned && { flushAt: 1000, maxQueueSize: 1_000_000, maxBatchSize: 1000, requestTimeout: 60_000 }),
  });
  client.on('error', () => {});
  return {
    track: (n, properties) =>
      client.capture({ distinctId: `user-${n % 1000}`, event: 'Order Completed', properties }),
    flush: () => client.flush(),
  };
};
