import { IDBFactory } from 'fake-indexeddb';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseTier } from '../../src/storage/indexed-db.ts';

beforeAll(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe('createDatabaseTier', () => {
  it('keeps one text', async () => {
    const tier = createDatabaseTier('keeps');
    expect(await tier.read()).toBeUndefined();
    await tier.write('id');
    expect(await createDatabaseTier('keeps').read()).toBe('id');
  });

  it('leaves no database behind when erased, and works again', async () => {
    const tier = createDatabaseTier('erased');
    await tier.write('id');
    await tier.erase();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('erased');
    await tier.write('again');
    expect(await tier.read()).toBe('again');
  });

  it('rejects, and does not throw, where there is no IndexedDB', async () => {
    const real = globalThis.indexedDB;
    Reflect.deleteProperty(globalThis, 'indexedDB');
    const tier = createDatabaseTier('none');
    const answers = await Promise.allSettled([tier.read(), tier.write('id'), tier.erase()]);
    globalThis.indexedDB = real;
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
