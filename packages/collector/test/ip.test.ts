import { describe, expect, it } from 'vitest';
import { applyIpPolicy } from '../src/ip.ts';

describe('applyIpPolicy', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['2001:db8:abcd:12::1', '2001:db8:abcd::'],
    ['2001:DB8::1', '2001:db8:0::'],
    ['::1', '0:0:0::'],
    ['fe80::1%eth0', 'fe80:0:0::'],
  ])('truncates %s to %s', (address, kept) => {
    expect(applyIpPolicy(address, 'truncate')).toBe(kept);
  });

  it('keeps or drops on demand, and never keeps what is no address', () => {
    expect(applyIpPolicy('203.0.113.77', 'keep')).toBe('203.0.113.77');
    expect(applyIpPolicy('203.0.113.77', 'drop')).toBe(null);
    expect(applyIpPolicy('<script>', 'keep')).toBe(null);
    expect(applyIpPolicy(undefined, 'keep')).toBe(null);
  });
});
