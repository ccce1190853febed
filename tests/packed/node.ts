import { createTracker } from '@nitka/node';

const tracker = createTracker({ writeKey: 'k', endpoint: 'https://t.shop.example' });
tracker.track({ userId: '1', event: 'Order Completed', properties: { total: 4990 } });
await tracker.flush();
await tracker.close();

// @ts-expect-error the write key is required
createTracker({ endpoint: 'https://t.shop.example' });
