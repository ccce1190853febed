import { readFileSync } from 'node:fs';

const own = new URL('./node_modules/', import.meta.url);

/** The installed version of a package that the bench compares with. */
export const versionOf = (name: string): string => {
  const { version } = JSON.parse(readFileSync(new URL(`${name}/package.json`, own), 'utf8')) as {
    version: string;
  };
  return version;
};
