import { readFileSync } from 'node:fs';

/** `MADV_DONTNEED`. Of a shared map of a file it only undoes the mapping: https://man7.org/linux/man-pages/man2/madvise.2.html */
const notNeeded = 4;
/** What may be mapped on top of what was left last time, and how often is looked, in milliseconds. */
const allowedBytes = 8 * 1024 * 1024;
const every = 500;

export type Advise = (address: bigint, bytes: bigint) => number;

/** The C library's function; null where there is none of that kind, or no package to call it with. */
export const importAdvise = async (platform: string = process.platform): Promise<Advise | null> => {
  if (platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    const madvise = koffi.load(null).func('int madvise(void *address, size_t bytes, int advice)');
    return (address, bytes) => madvise(address, bytes, notNeeded) as number;
  } catch {
    return null;
  }
};

/** Where a file is mapped to be read by all of the process's threads: private maps and those that are written are none of these. */
export const sharedMaps = (maps: string, file: string): { address: bigint; bytes: bigint }[] =>
  maps.split('\n').flatMap((line) => {
    const found = /^([0-9a-f]+)-([0-9a-f]+) r--s [0-9a-f]+ \S+ \d+ +(.+)$/.exec(line);
    if (!found || found[3] !== file) return [];
    const address = BigInt(`0x${found[1]}`);
    return [{ address, bytes: BigInt(`0x${found[2]}`) - address }];
  });

export interface ResidentParts {
  /** The data file as /proc has it: its real path. */
  readonly file: string;
  readonly advise: Advise;
  readonly read?: (path: string) => string;
}

/**
 * Lets go of the spool's pages: each that LMDB has looked at stays mapped with 15 neighbours, and is counted in the process's resident
 * memory for ever, so that it would grow with whatever waits. LMDB does not let go of any, and Node has no call for it. A page that is
 * looked at again comes back out of the kernel's cache.
 *
 * @returns what is to be called now and then
 */
export const createLetGo = ({
  file,
  advise,
  read = (path) => readFileSync(path, 'utf8'),
}: ResidentParts): (() => boolean) => {
  /** Bytes of mapped files, the program's own too: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
  const mapped = (): number => {
    const status = read('/proc/self/status');
    const kilobytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return (kilobytes('RssFile') + kilobytes('RssShmem')) * 1024;
  };
  let usual = mapped();
  return () => {
    if (mapped() <= usual + allowedBytes) return false;
    for (const { address, bytes } of sharedMaps(read('/proc/self/maps'), file)) advise(address, bytes);
    usual = mapped();
    return true;
  };
};

/**
 * Lets go for as long as the process lives, where that can be done: in the thread that is never busy for long. Gives what ends it, which
 * has to be called before the file is closed: what is mapped in its place later would be emptied.
 */
export const keepLettingGo = async (file: string): Promise<() => void> => {
  const advise = await importAdvise();
  if (!advise) return () => undefined;
  const timer = setInterval(createLetGo({ file, advise }), every);
  timer.unref();
  return () => clearInterval(timer);
};
