import { createTracker } from '@nitka/browser';

const tracker = createTracker({ writeKey: 'k', endpoint: 'https://t.shop.example' });
tracker.track('Product Viewed', { sku: 'lamp' });

// @ts-expect-error the write key is required
createTracker({ endpoint: 'https://t.shop.example' });
