import { isIP } from 'node:net';

export type IpPolicy = 'drop' | 'truncate' | 'keep';

/** The first three groups of an IPv6 address, `::` and short forms included. */
const firstGroups = (address: string): string => {
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const missing = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(missing, 0)).fill('0'), ...back];
  return `${groups.slice(0, 3).join(':')}::`;
};

/** The address as it may be kept, or null. IPv4 in IPv6 clothes is treated as IPv4. */
export const applyIpPolicy = (value: unknown, policy: IpPolicy): string | null => {
  if (policy === 'drop' || typeof value !== 'string') return null;
  const address = value.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 0) return null;
  if (policy === 'keep') return address;
  return family === 4 ? address.replace(/\d+$/, '0') : firstGroups(address.toLowerCase());
};
