import { expect, it } from 'vitest';
import { createSlab } from '../../src/spool/slab.ts';

it('gives each its own bytes, across pieces, and of the size that was asked for', () => {
  const cut = createSlab();
  const sizes = Array.from({ length: 300 }, (_, index) => (index * 997) % 5000).concat(200_000, 0, 16);
  const parts = sizes.map((size, index) => cut(size).fill(index % 256));
  parts.forEach((part, index) => {
    expect(part.length).toBe(sizes[index]);
    expect(part.every((byte) => byte === index % 256)).toBe(true);
  });
});

it('keeps large ones apart, so that they hold nothing else', () => {
  const cut = createSlab();
  expect(cut(100_000).buffer.byteLength).toBe(100_000);
  expect(cut(10).buffer).toBe(cut(10).buffer);
});
