import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../src/make-folder.ts';
import { withCode } from '../src/system-fault.ts';
import { temporaryFolder } from './support/collector.ts';

const codeOf = (make: () => unknown): unknown => {
  try {
    make();
    return null;
  } catch (error) {
    return (withCode(error) as { code?: unknown }).code;
  }
};

it('makes a folder and those above it, for its owner alone, and says which were not there', () => {
  const root = temporaryFolder();
  const made = [join(root, 'a'), join(root, 'a', 'b'), join(root, 'a', 'b', 'c')];
  expect(makeFolder(made[2]!)).toEqual(made);
  expect(made.map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
  expect(makeFolder(made[2]!)).toEqual([]);
  expect(makeFolder(join(root, 'a', '..', 'd'), 0o750)).toEqual([join(root, 'd')]);
  expect(statSync(join(root, 'd')).mode & 0o777).toBe(0o750);
});

it('ends with a code where a file or a link to nowhere is in the way', () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'file'), '');
  symlinkSync(join(root, 'nowhere'), join(root, 'link'));
  expect(codeOf(() => makeFolder(join(root, 'file', 'below')))).toBe('file_unusable');
  expect(codeOf(() => makeFolder(join(root, 'link', 'below')))).toBe('file_unusable');
});

it.skipIf(!existsSync('/proc/version'))(
  'ends with a code below /proc, where Node’s own tries for ever',
  () => {
    expect(codeOf(() => makeFolder('/proc/nitka/data'))).toBe('file_unusable');
  },
);
