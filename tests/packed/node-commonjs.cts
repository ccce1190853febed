import { createTracker } from '@nitka/node';

const tracker = createTracker({ writeKey: 'k', endpoint: 'https://t.shop.example' });
tracker.track({ userId: '1', event: 'Order Completed', properties: { total: 4990 } });
void tracker.close();
