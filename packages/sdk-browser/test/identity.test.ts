import { describe, expect, it, vi } from 'vitest';
import { createIdentity, type IdentityParts } from '../src/identity.ts';
import { createFakeClock, idAt, memoryStore } from './fakes.ts';

const hang = new Promise<never>(() => {});

/** Tiers that hold what they are told, and what became of them. */
const createTiers = (
  held: { cookie?: string; local?: string; database?: unknown; server?: unknown } = {},
) => {
  const store = memoryStore();
  if (held.local) store.set('id', held.local);
  const cookies = held.cookie ? [held.cookie] : [];
  const clock = createFakeClock();
  let inDatabase: unknown = held.database;
  const tellServer = vi.fn<IdentityParts['tellServer']>(async (id) => held.server ?? id);
  const parts: IdentityParts = {
    store,
    clock,
    lock: (task) => task(),
    cookie: {
      readIds: () => cookies,
      writeId: (value) => void cookies.splice(0, 2, value),
    },
    // A getter: each identity of a test finds what the one before has left.
    get loaded() {
      return Promise.resolve(new Map([['id', inDatabase]]));
    },
    database: { keep: async (_key, value) => void (inDatabase = value) },
    tellServer,
  };
  const all = (): unknown[] => [cookies[0], store.get('id'), inDatabase];
  return { parts, tellServer, clock, store, all };
};

describe('the visitor id', () => {
  it.each([
    ['cookie', { cookie: idAt(1) }],
    ['localStorage', { local: idAt(1) }],
    ['IndexedDB', { database: idAt(1) }],
    ['the server', { server: idAt(1) }],
    ['the oldest of three', { cookie: idAt(3), local: idAt(2), database: idAt(1) }],
    ['the oldest, cookie', { cookie: idAt(1), local: idAt(2), database: idAt(3) }],
    ['one beside garbage', { cookie: 'GA1.2.3', local: '<script>', database: { id: 1 }, server: idAt(1) }],
    [
      'one beside an id made up to win',
      { cookie: `${'0'.repeat(8)}-0000-7000-8000-000000000000`, local: idAt(1) },
    ],
  ])('comes from %s and heals every tier', async (_name, held) => {
    const { parts, all } = createTiers(held);
    const identity = createIdentity(parts);
    await identity.settled;
    expect(identity.id()).toBe(idAt(1));
    expect(all()).toEqual([idAt(1), idAt(1), idAt(1)]);
  });

  it('is new where nobody knows one, and the server is told', async () => {
    const { parts, all, tellServer, store } = createTiers();
    const identity = createIdentity(parts);
    const provisional = identity.id();
    await identity.settled;
    expect(identity.id()).toBe(provisional);
    expect(all()).toEqual([provisional, provisional, provisional]);
    expect(tellServer.mock.calls).toEqual([[provisional]]);
    expect(store.get('id.new')).toBeNull();
  });

  it('that came from elsewhere is taken by who has none in any tier, and the server is asked without it', async () => {
    const { parts, all, tellServer } = createTiers();
    tellServer.mockResolvedValue(null);
    const identity = createIdentity({ ...parts, offered: idAt(5) });
    await identity.settled;
    expect(all()).toEqual([idAt(5), idAt(5), idAt(5)]);
    expect(tellServer.mock.calls).toEqual([[undefined]]);
  });

  it.each<[string, Parameters<typeof createTiers>[0]]>([
    ['cookie', { cookie: idAt(5) }],
    ['localStorage', { local: idAt(5) }],
    ['IndexedDB', { database: idAt(5) }],
    ['the server', { server: idAt(5) }],
  ])('that came from elsewhere loses against one from %s, though it is older', async (_, held) => {
    const { parts, all } = createTiers(held);
    const identity = createIdentity({ ...parts, offered: idAt(1) });
    await identity.settled;
    expect(identity.id()).toBe(idAt(5));
    expect(all()).toEqual([idAt(5), idAt(5), idAt(5)]);
  });

  it('that came from elsewhere loses against the provisional one of the page before', async () => {
    const { parts, store, tellServer } = createTiers();
    store.set('id.new', idAt(5));
    const identity = createIdentity({ ...parts, offered: idAt(1) });
    await identity.settled;
    expect(identity.id()).toBe(idAt(5));
    expect(tellServer.mock.calls).toEqual([[idAt(5)]]);
  });

  it('that came from elsewhere and is none is not taken', async () => {
    const { parts } = createTiers();
    const identity = createIdentity({ ...parts, offered: 'GA1.2.3' });
    await identity.settled;
    expect(identity.id()).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/);
  });

  it.each([{ cookie: idAt(1) }, { local: idAt(1) }, { database: idAt(1) }])(
    'is not asked of the server where a local tier holds one: %o',
    async (held) => {
      const { parts, tellServer } = createTiers(held);
      await createIdentity(parts).settled;
      expect(tellServer).not.toHaveBeenCalled();
    },
  );

  it('goes on with the provisional id of a page that left before it settled, and asks again', async () => {
    const { parts } = createTiers();
    const first = createIdentity({ ...parts, loaded: hang });
    const second = createIdentity(parts);
    expect(second.id()).toBe(first.id());
    await second.settled;
    expect(parts.tellServer).toHaveBeenCalledWith(first.id());
  });

  it('yields to a found id even where a clock set back makes the provisional one look older', async () => {
    const { parts, store } = createTiers({ server: idAt(5) });
    store.set('id.new', idAt(1));
    const identity = createIdentity(parts);
    expect(identity.id()).toBe(idAt(1));
    await identity.settled;
    expect(identity.id()).toBe(idAt(5));
  });

  it('does not wait for ever: neither for IndexedDB nor for the server', async () => {
    const { parts, clock, all, store } = createTiers();
    const identity = createIdentity({
      ...parts,
      loaded: hang,
      database: { keep: () => hang },
      tellServer: () => hang,
    });
    let isSettled = false;
    void identity.settled.then(() => (isSettled = true));
    await clock.advance(1000);
    expect(isSettled).toBe(false);
    await clock.advance(2000);
    expect(isSettled).toBe(true);
    // Provisional as long as the server has not answered: the next page asks again.
    expect(all().slice(0, 2)).toEqual([undefined, null]);
    expect(store.get('id.new')).toBe(identity.id());
    identity.answered(undefined);
    expect(all().slice(0, 2)).toEqual([identity.id(), identity.id()]);
  });

  it('is not written to the tiers when the server fails, and yields to what the server says later', async () => {
    const { parts, all } = createTiers();
    const identity = createIdentity({ ...parts, tellServer: () => Promise.reject(new Error('offline')) });
    await identity.settled;
    expect(all()).toEqual([undefined, null, undefined]);
    identity.answered(idAt(1));
    expect(all()).toEqual([idAt(1), idAt(1), idAt(1)]);
  });

  it('takes a late answer if it is older', async () => {
    const { parts, clock, all } = createTiers({ cookie: idAt(2) });
    let answer!: (id: string) => void;
    const loaded = new Promise<Map<unknown, unknown>>(
      (resolve) => (answer = (id) => resolve(new Map([['id', id]]))),
    );
    const identity = createIdentity({ ...parts, loaded });
    await clock.advance(1000);
    await identity.settled;
    expect(identity.id()).toBe(idAt(2));
    answer(idAt(1));
    await clock.advance(0);
    expect(identity.id()).toBe(idAt(1));
    expect(all().slice(0, 2)).toEqual([idAt(1), idAt(1)]);
  });

  it('survives tiers that fail', async () => {
    const { parts } = createTiers({ cookie: idAt(1) });
    const fail = async (): Promise<never> => {
      throw new Error('broken');
    };
    const identity = createIdentity({
      ...parts,
      loaded: fail(),
      database: { keep: fail },
      tellServer: fail,
    });
    await identity.settled;
    identity.renew();
    expect(identity.id()).not.toBe(idAt(1));
  });

  it('adopts an older id of a reply, not a younger one and not garbage', async () => {
    const { parts, all } = createTiers({ cookie: idAt(2) });
    const identity = createIdentity(parts);
    await identity.settled;
    identity.answered(idAt(3));
    identity.answered('x');
    identity.answered(undefined);
    expect(identity.id()).toBe(idAt(2));
    identity.answered(idAt(1));
    expect(all()).toEqual([idAt(1), idAt(1), idAt(1)]);
  });

  it('renewed, never goes back to the former id, and tells the server so', async () => {
    const { parts, all, tellServer } = createTiers({ cookie: idAt(2) });
    const identity = createIdentity(parts);
    await identity.settled;
    identity.renew();
    const fresh = identity.id();
    expect(fresh > idAt(2)).toBe(true);
    expect(all()).toEqual([fresh, fresh, fresh]);
    identity.answered(idAt(2));
    expect(identity.id()).toBe(fresh);
    expect(tellServer.mock.calls).toEqual([
      [fresh, true],
      [fresh, true],
    ]);
  });

  it('follows another tab that renewed it or found an older one', async () => {
    const { parts } = createTiers({ cookie: idAt(2) });
    const [one, other] = [createIdentity(parts), createIdentity(parts)];
    await Promise.all([one.settled, other.settled]);
    one.answered(idAt(1));
    expect(other.id()).toBe(idAt(1));
    one.renew();
    expect(other.id()).toBe(one.id());
  });

  it('of two tabs that meet a new visitor together is one', async () => {
    const { parts } = createTiers();
    let tail: Promise<unknown> = Promise.resolve();
    const lock: IdentityParts['lock'] = (task) => {
      const turn = tail.then(task);
      tail = turn;
      return turn;
    };
    // Two processes: the second sees the first one's write of the cookie, and of localStorage only later.
    const [one, other] = [parts, { ...parts, store: memoryStore() }].map((each) =>
      createIdentity({ ...each, lock, tellServer: async (id) => id }),
    );
    expect(one!.id()).not.toBe(other!.id());
    await Promise.all([one!.settled, other!.settled]);
    expect(other!.id()).toBe(one!.id());
  });

  it('closed, writes nothing', async () => {
    const { parts, all, store } = createTiers();
    const identity = createIdentity(parts);
    identity.close();
    await identity.settled;
    identity.answered(idAt(1));
    expect(all()).toEqual([undefined, null, undefined]);
    expect(store.get('id')).toBeNull();
  });
});
