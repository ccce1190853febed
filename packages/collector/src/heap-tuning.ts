import { setFlagsFromString } from 'node:v8';

const flag = '--heap-growing-percent';

/**
 * Lets V8 collect all of the heap when it has grown by so much over what was alive the last time. Left to itself V8 lets it grow to a
 * multiple: what a request leaves that waited for the disk lies among the old objects then, 90 MiB of which 20 live at full load. In all
 * threads; a flag that a later V8 does not know is passed over. An operator's own stands.
 */
export const limitHeapGrowth = (percent = 60, given: readonly string[] = process.execArgv): void => {
  if (given.some((argument) => argument.replaceAll('_', '-').startsWith(flag))) return;
  setFlagsFromString(`${flag}=${percent}`);
};
