'use client';
import { tracker, useTrack } from '../../tracker';

export function Product({ sku, price }: { sku: string; price: number }) {
  useTrack('Product Viewed', { sku, price });
  return (
    <main>
      <h1>{sku}</h1>
      <button onClick={() => tracker.track('Product Added', { sku, quantity: 1 })}>Add to basket</button>
    </main>
  );
}
