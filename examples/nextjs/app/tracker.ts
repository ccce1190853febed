'use client';
import { createTracker } from '@nitka/browser';
import { campaign } from '@nitka/browser/campaign';
import { forms } from '@nitka/browser/forms';
import { pageViews } from '@nitka/browser/page-views';
import { createHooks } from '@nitka/browser/react';

/** Other names and properties do not compile. */
export type Events = {
  'Product Viewed': { sku: string; price: number };
  'Product Added': { sku: string; quantity: number };
};

/** One for the page, however often this module is loaded anew; on the server it does nothing. */
export const tracker = createTracker<Events>({
  writeKey: process.env.NEXT_PUBLIC_NITKA_WRITE_KEY ?? 'YOUR_WRITE_KEY',
  endpoint: typeof window === 'undefined' ? '' : `${window.location.origin}/t`,
  plugins: [campaign(), pageViews(), forms()],
});

export const { useTrack, useUser } = createHooks(tracker);
