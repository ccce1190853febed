import { isIP } from 'node:net';
import { getDomain } from 'tldts';

/** What is asked of the name system. `node:dns/promises` has it; tests bring their own. */
export interface Resolver {
  resolveCname(host: string): Promise<string[]>;
  resolve4(host: string): Promise<string[]>;
  resolve6(host: string): Promise<string[]>;
}

export interface HostFacts {
  readonly host: string;
  /** Null for an address or a bare name. */
  readonly site: string | null;
  /** The names that it leads to, one by one. */
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
}

/** A longer chain is a loop. */
const longestChain = 10;

const none = (): string[] => [];

export const siteOf = (host: string): string | null => getDomain(host, { allowPrivateDomains: true });

const aliasesOf = async (resolver: Resolver, host: string): Promise<string[]> => {
  const found: string[] = [];
  let name = host;
  while (found.length < longestChain) {
    const [next] = await resolver.resolveCname(name).catch(none);
    if (next === undefined) break;
    found.push(next);
    name = next;
  }
  return found;
};

export const lookUp = async (resolver: Resolver, hostname: string): Promise<HostFacts> => {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return { host, site: null, aliases: [], addresses: [host] };
  const aliases = await aliasesOf(resolver, host);
  // A resolver follows aliases by itself; one that does not is asked for the last name.
  const names = [host, ...aliases.slice(-1)];
  const answers = await Promise.all(
    names.flatMap((name) => [resolver.resolve4(name).catch(none), resolver.resolve6(name).catch(none)]),
  );
  return { host, site: siteOf(host), aliases, addresses: [...new Set(answers.flat())] };
};

/** IPv6 in full: eight groups. */
const groupsOf = (address: string): string[] => {
  const [head = '', tail] = address.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle =
    tail === undefined ? [] : Array<string>(Math.max(8 - left.length - right.length, 0)).fill('0');
  return [...left, ...middle, ...right].map((group) => group.padStart(4, '0'));
};

/** The half of an address that Safari compares: 16 bits of IPv4, 64 of IPv6. */
const firstHalf = (address: string): string =>
  isIP(address) === 4 ? address.split('.').slice(0, 2).join('.') : groupsOf(address).slice(0, 4).join(':');

/**
 * True if some address of one begins like one of the other, of the same family: Safari sees one pair, and which is not known here.
 * Null if there is no pair to compare.
 */
export const sameHalf = (page: readonly string[], collector: readonly string[]): boolean | null => {
  const families = [4, 6].map((family) => {
    const of = (addresses: readonly string[]) =>
      new Set(addresses.filter((address) => isIP(address) === family).map(firstHalf));
    const [left, right] = [of(page), of(collector)];
    if (left.size === 0 || right.size === 0) return null;
    return [...right].every((half) => left.has(half));
  });
  const compared = families.filter((each) => each !== null);
  return compared.length === 0 ? null : compared.every(Boolean);
};
