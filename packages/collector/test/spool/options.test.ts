import { join } from 'node:path';
import { expect, it } from 'vitest';
import { spoolOptions } from '../../src/spool/options.ts';

const config = { dataDir: '/data', spool: { kafka: null, keepDays: 2 } };

it('reads folder and retention from the config, and leaves the length of the files of the log as it is', () => {
  expect(spoolOptions(config, {})).toEqual({
    folder: join('/data', 'spool'),
    keepMilliseconds: 2 * 86_400_000,
  });
});

it('takes a length of its files from a test of the built program, and no nonsense', () => {
  expect(spoolOptions(config, { NITKA_TEST_LOG_FILE_BYTES: '8192' }).segmentBytes).toBe(8192);
  for (const text of ['', '0', '-1', 'x'])
    expect(spoolOptions(config, { NITKA_TEST_LOG_FILE_BYTES: text })).not.toHaveProperty('segmentBytes');
});
