import { createRequire } from 'node:module';

const Mixpanel = createRequire(import.meta.url)('mixpanel');

/** Has no queue: `track` is a request a call, `import_batch` takes a ready list. The list is made by the bench. */
export const open = ({ endpoint, tuned }) => {
  const { hostname, port } = new URL(endpoint);
  const client = Mixpanel.init('token', { host: hostname, port: Number(port), protocol: 'http', key: 'key' });
  if (!tuned) {
    const open = new Set();
    return {
      track(n, properties) {
        const sent = new Promise((resolve) =>
          client.track('Order Completed', { distinct_id: `user-${n % 1000}`, ...properties }, resolve),
        );
        open.add(sent);
        void sent.then(() => open.delete(sent));
      },
      flush: () => Promise.all(open),
    };
  }
  let events = [];
  return {
    track(n, properties) {
      events.push({
        event: 'Order Completed',
        properties: { time: new Date(), distinct_id: `user-${n % 1000}`, ...properties },
      });
    },
    flush: () =>
      new Promise((resolve) => {
        const list = events;
        events = [];
        if (list.length === 0) return resolve();
        client.import_batch(list, { max_batch_size: 2000, max_concurrent_requests: 4 }, resolve);
      }),
  };
};
