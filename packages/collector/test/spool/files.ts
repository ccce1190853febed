import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the files of a folder, and of those in it, that have these bytes. */
export const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text))
    .sort();
