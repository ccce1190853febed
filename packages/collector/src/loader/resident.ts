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
  /** What a start needed of these, and nothing since: their code and their constants. */
  readonly programs: (path: string) => boolean;
}

interface MappedRange {
  readonly address: bigint;
  readonly bytes: bigint;
}

/** Private maps without a page of their own, in memory or swapped out: what is in such a page is nowhere else. */
const unchangedMaps = (smaps: string): ReadonlySet<string> => {
  const maps = [...smaps.matchAll(/^([0-9a-f]+-[0-9a-f]+) .*\n((?:[A-Z].*\n)*)/gm)];
  const isUnchanged = (facts: string): boolean =>
    ['Anonymous', 'Swap'].every((fact) => new RegExp(`^${fact}: +0 kB$`, 'm').test(facts));
  return new Set(maps.filter(([, , facts]) => isUnchanged(facts!)).map(([, range]) => range!));
};

/**
 * Finds maps of pages that are as the file has them: not those that are written, nor private ones of which a page was written before they
 * could only be read. Whether one was is looked up once for each map of a program, since the kernel takes 8 ms to tell.
 *
 * @param read of `maps` and, seldom, of `smaps`: https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
 */
export const createFindClean = (
  { data, programs }: MappedFiles,
  read: (file: 'maps' | 'smaps') => string,
): (() => MappedRange[]) => {
  const clean = new Map<string, boolean>();
  const readSmaps = (): string => {
    try {
      return read('smaps');
    } catch {
      // A kernel may be built without it.
      return '';
    }
  };
  const learn = (ranges: readonly string[]): void => {
    if (ranges.every((range) => clean.has(range))) return;
    const unchanged = unchangedMaps(readSmaps());
    for (const range of ranges) clean.set(range, unchanged.has(range));
  };
  return () => {
    const maps = Array.from(
      read('maps').matchAll(/^([0-9a-f]+-[0-9a-f]+) (r--s|r--p|r-xp) [0-9a-f]+ \S+ \d+ +(.+)$/gm),
      ([, range, access, path]) => ({ range: range!, shared: access === 'r--s', path: path! }),
    );
    const ofData = maps.filter(({ shared, path }) => shared && path === data).map(({ range }) => range);
    const ofPrograms = maps.filter(({ shared, path }) => !shared && programs(path)).map(({ range }) => range);
    learn(ofPrograms);
    return [...ofData, ...ofPrograms.filter((range) => clean.get(range))].map((range) => {
      const [from, to] = range.split('-').map((end) => BigInt(`0x${end}`)) as [bigint, bigint];
      return { address: from, bytes: to - from };
    });
  };
};

export interface ResidentParts {
  readonly files: MappedFiles;
  readonly advise: Advise;
  readonly read?: (path: string) => string;
}

/**
 * Lets go of pages of mapped files: each page of the index that LMDB has looked at stays mapped with 15 neighbours, and is counted in the
 * process's resident memory for ever, so that it would grow with all ids that ever came; and half of what is mapped of the programs
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
  const findClean = createFindClean(files, (file) => read(`/proc/self/${file}`));
  /** What had come back the time after; null if that is not known yet. */
  let usual: number | null = 0;
  return () => {
    const now = mapped();
    usual ??= now;
    if (now <= usual + allowedBytes) return false;
    for (const { address, bytes } of findClean()) advise(address, bytes);
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
