import { readFileSync, realpathSync } from 'node:fs';

/** `MADV_DONTNEED`. Of a map that has what its file has it only undoes the mapping: https://man7.org/linux/man-pages/man2/madvise.2.html */
const notNeeded = 4;
/** What may be mapped on top of what had come back by the next look, and how often is looked, in milliseconds. */
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

/** Files whose pages are let go of, as /proc has them: their real paths. */
export interface MappedFiles {
  /** Mapped to be read by all of the process's threads. */
  readonly data: string;
  /** Executable parts of these: what a start needed, and nothing since. */
  readonly programs: (path: string) => boolean;
}

/** Maps of pages that are as the file has them. Private maps and those that are written are none: they would lose what is in them. */
export const cleanMaps = (
  maps: string,
  { data, programs }: MappedFiles,
): { address: bigint; bytes: bigint }[] =>
  maps.split('\n').flatMap((line) => {
    const [, from, to, access, path] =
      /^([0-9a-f]+)-([0-9a-f]+) (r--s|r-xp) [0-9a-f]+ \S+ \d+ +(.+)$/.exec(line) ?? [];
    if (path === undefined || !(access === 'r--s' ? path === data : programs(path))) return [];
    const address = BigInt(`0x${from}`);
    return [{ address, bytes: BigInt(`0x${to}`) - address }];
  });

export interface ResidentParts {
  readonly files: MappedFiles;
  readonly advise: Advise;
  readonly read?: (path: string) => string;
}

/**
 * Lets go of pages of mapped files: each page of the index that LMDB has looked at stays mapped with 15 neighbours, and is counted in the
 * process's resident memory for ever, so that it would grow with all ids that ever came; and a third of what is mapped of the programs
 * served the start alone. LMDB does not let go of any, and Node has no call for it. A page that is looked at again comes back out of the
 * kernel's cache.
 *
 * @returns what is to be called now and then; true if it let go
 */
export const createLetGo = ({
  files,
  advise,
  read = (path) => readFileSync(path, 'utf8'),
}: ResidentParts): (() => boolean) => {
  /** Bytes of mapped files: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
  const mapped = (): number => {
    const status = read('/proc/self/status');
    const kilobytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return (kilobytes('RssFile') + kilobytes('RssShmem')) * 1024;
  };
  /** What had come back the time after; null if that is not known yet. */
  let usual: number | null = 0;
  return () => {
    const now = mapped();
    usual ??= now;
    if (now <= usual + allowedBytes) return false;
    for (const { address, bytes } of cleanMaps(read('/proc/self/maps'), files)) advise(address, bytes);
    usual = null;
    return true;
  };
};

/**
 * Lets go for as long as the process lives, where that can be done: in the thread that is never busy for long. Gives what ends it, which
 * has to be called before the file is closed: what is mapped in its place later would be emptied.
 */
export const keepLettingGo = async (data: string): Promise<() => void> => {
  const advise = await importAdvise();
  if (!advise) return () => undefined;
  const node = realpathSync(process.execPath);
  const programs = (path: string): boolean => path === node || /duckdb\.(so|node)$/.test(path);
  const timer = setInterval(createLetGo({ files: { data, programs }, advise }), every);
  timer.unref();
  return () => clearInterval(timer);
};
