import { v4, v7 } from 'uuid';

/** What makes ids of each kind: in the order of time, and in none. */
export const messageIds = { 'version 7': v7, 'version 4': v4 } as const;

/** Bodies as the browser SDK sends them: events of about 500 bytes. */
export const makeBody = (writeKey: string, events: number): string =>
  JSON.stringify({
    writeKey,
    sentAt: new Date().toISOString(),
    batch: Array.from({ length: events }, (_, index) => ({
      type: 'track',
      messageId: v7(),
      anonymousId: '019a0000-0000-7000-8000-000000000001',
      event: 'Product Viewed',
      timestamp: new Date().toISOString(),
      properties: {
        product_id: `p-${index}`,
        price: 1999.9,
        currency: 'RUB',
        category: 'Flats',
        name: 'Квартира 2 комнаты',
      },
      context: {
        sessionId: '019a0000-0000-7000-8000-000000000002',
        sequence: index + 1,
        library: { name: 'nitka-browser', version: '0.1.0' },
        page: { path: '/flats/2', url: 'https://shop.example/flats/2', title: 'Flats', referrer: '' },
        campaign: { source: 'yandex', medium: 'cpc' },
      },
    })),
  });
