import { createTracker } from '../../../packages/sdk-node/dist/index.js';

export const open = ({ endpoint }) => openWith({ endpoint, concurrency: 4 });

export const openWith = (options) => {
  const tracker = createTracker({ writeKey: 'key', ...options });
  tracker.on('error', () => {});
  return {
    track: (n, properties) =>
      tracker.track({ userId: `user-${n % 1000}`, event: 'Order Completed', properties }),
    /** What a caller that makes events faster than the network is told to do. */
    room: (call) => (call.hasRoom ? undefined : tracker.drained()),
    flush: () => tracker.flush(),
  };
};
