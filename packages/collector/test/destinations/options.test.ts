import { expect, it } from 'vitest';
import { addressOf, importClient } from '../../src/destinations/options.ts';
import { createDestination } from '../../src/destinations/index.ts';

it('names the package that is missing', async () => {
  const missing = importClient('some-client', () => Promise.reject(new Error('Cannot find package')));
  await expect(missing).rejects.toMatchObject({ code: 'destination_client_missing', detail: 'some-client' });
});

it('reads an address from the environment variable that the config names', () => {
  const environment = { WAREHOUSE: 'postgres://x' };
  expect(addressOf('w', { urlVariable: 'WAREHOUSE' }, environment)).toBe('postgres://x');
  expect(addressOf('w', { url: 'postgres://y' }, environment)).toBe('postgres://y');
  expect(addressOf('w', {}, environment)).toBeUndefined();
  expect(() => addressOf('w', { url: 'a', urlVariable: 'WAREHOUSE' }, environment)).toThrow(
    /exclude each other/,
  );
});

it('knows no other types', async () => {
  for (const type of ['constructor', 'mysql', '']) {
    await expect(createDestination({ type, name: 'x' }, '.')).rejects.toMatchObject({
      code: 'config_invalid',
    });
  }
});
