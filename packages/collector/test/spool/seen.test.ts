import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { seenKey } from '../../src/spool/seen.ts';

describe('seenKey', () => {
  it('keeps the bytes of a UUID, and so its order', () => {
    const id = v7();
    expect(seenKey(id).toString('hex')).toBe(id.replaceAll('-', ''));
  });

  it('is 16 bytes and different for all other texts, look-alikes of a UUID included', () => {
    const texts = [
      'a',
      'order-1',
      'Ж'.repeat(36),
      '019A0000-0000-7000-8000-000000000001',
      '019a0000-0000-7000-8000-00000000000g',
    ];
    const keys = texts.map((text) => seenKey(text).toString('hex'));
    expect(new Set(keys).size).toBe(texts.length);
    expect(keys.every((key) => key.length === 32)).toBe(true);
  });
});
