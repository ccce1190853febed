import { NitkaError } from '@nitka/core';
import { expect, it } from 'vitest';
import { openingFailure } from '../../src/spool/opening-failure.ts';

const systemError = (fields: object): Error => Object.assign(new Error('words of the system'), fields);

it.each([
  ['a full disk, as the system says it', systemError({ code: 'ENOSPC', syscall: 'write' }), 'spool_full'],
  ['a full disk, as LMDB says it', systemError({ code: 28 }), 'spool_full'],
  [
    'a folder that may not be read',
    systemError({ code: 'EACCES', syscall: 'open', path: '/data' }),
    'file_unusable',
  ],
  ['what has a code', new NitkaError('spool_in_use'), 'spool_in_use'],
  ['anything else', new Error('MDB_CORRUPTED'), 'spool_corrupt'],
])('of the spool: %s', (_what, error, code) => {
  expect(openingFailure(error)).toMatchObject({ code });
});
