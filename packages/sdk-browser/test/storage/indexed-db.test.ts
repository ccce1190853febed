import { IDBFactory } from 'fake-indexeddb';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTier } from '../../src/storage/indexed-db.ts';

beforeAll(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe('createDatabaseTier', () => {
  it('keeps texts', async () => {
    const tier = createDatabaseTier('keeps');
    expect((await tier.load()).size).toBe(0);
    await tier.keep('id', 'x');
    expect([...(await createDatabaseTier('keeps').load())]).toEqual([['id', 'x']]);
    await tier.keep('id', null);
    expect((await tier.load()).size).toBe(0);
  });

  it('leaves no database behind when erased, and works again', async () => {
    const tier = createDatabaseTier('erased');
    await tier.keep('id', 'x');
    await tier.wipe();
    const names = async () => (await indexedDB.databases()).map(({ name }) => name);
    await expect.poll(names).not.toContain('erased');
    await tier.keep('id', 'again');
    expect((await tier.load()).get('id')).toBe('again');
  });

  it('rejects, and does not throw, where there is no IndexedDB', async () => {
    const real = globalThis.indexedDB;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    const tier = createDatabaseTier('none');
    const answers = await Promise.allSettled([tier.load(), tier.keep('id', 'x'), tier.wipe()]);
    globalThis.indexedDB = real;
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
