import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { NitkaError } from '@nitka/core';
import { unusable } from './system-fault.ts';

/** No config that was written by anybody is so large. */
const mostBytes = 16 * 1024 * 1024;

/** The parser quotes what it stumbles over. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

const readBytes = (path: string): Buffer => {
  try {
    const found = statSync(path);
    // A pipe that nobody writes into would never end.
    if (!found.isFile()) throw new Error(`is ${found.isDirectory() ? 'a folder' : 'no file'}`);
    if (found.size > mostBytes) throw new Error(`${found.size} bytes are too many for a config`);
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusable(path, error);
    throw new NitkaError('config_missing', path, { cause: error });
  }
};

/** @throws NitkaError `config_missing`, `file_unusable` or `config_invalid` */
export const readJsonFile = (path: string): unknown => {
  const bytes = readBytes(path);
  if (!isUtf8(bytes) || bytes.includes(0))
    throw new NitkaError('config_invalid', `${path} is not JSON: it is no text in UTF-8`);
  try {
    // Some editors begin a file with a mark of its encoding.
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new NitkaError('config_invalid', `${path} is not JSON: ${printable((error as Error).message)}`);
  }
};
