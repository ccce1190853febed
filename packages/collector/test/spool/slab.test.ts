import { expect, it } from 'vitest';
import { createSlab } from '../../src/spool/slab.ts';

it('gives each its own bytes, across pieces, and of the size that was asked for', () => {
  const { cut } = createSlab();
  const sizes = Array.from({ length: 300 }, (_, index) => (index * 997) % 5000).concat(200_000, 0, 16);
  const parts = sizes.map((size, index) => cut(size).fill(index % 256));
  parts.forEach((part, index) => {
    expect(part.length).toBe(sizes[index]);
    expect(part.every((byte) => byte === index % 256)).toBe(true);
  });
});

it('keeps large ones apart, so that they hold nothing else', () => {
  const { cut } = createSlab();
  expect(cut(100_000).buffer.byteLength).toBe(100_000);
  expect(cut(10).buffer).toBe(cut(10).buffer);
});

it('uses the memory of what was given back, and of nothing else', () => {
  const { cut, giveBack } = createSlab();
  const kept = cut(60_000).fill(7);
  const parts = Array.from({ length: 40 }, () => cut(60_000));
  for (const part of parts) giveBack(part);
  const before = new Set(parts.map(({ buffer }) => buffer));
  const again = Array.from({ length: 40 }, (_, index) => cut(60_000).fill(index + 10));
  expect(again.filter(({ buffer }) => before.has(buffer)).length).toBeGreaterThan(30);
  again.forEach((part, index) => expect(part.every((byte) => byte === index + 10)).toBe(true));
  expect(kept.every((byte) => byte === 7)).toBe(true);
});

it('passes over what it did not cut from a piece', () => {
  const { cut, giveBack } = createSlab();
  giveBack(cut(100_000));
  giveBack(Buffer.from('of somebody else'));
  expect(cut(10).length).toBe(10);
});
