import { createTracker } from '@nitka/node';
import { diskQueue } from '@nitka/node/disk';
import { createTestCollector } from '@nitka/node/testing';

const collector = createTestCollector();
const tracker = createTracker({
  writeKey: collector.writeKey,
  endpoint: collector.endpoint,
  fetch: collector.fetch,
  queue: diskQueue({ folder: './queue' }),
});
tracker.track({ userId: '1', event: 'Order Completed' });
