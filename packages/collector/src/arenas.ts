/** `M_ARENA_MAX`: https://man7.org/linux/man-pages/man3/mallopt.3.html */
const arenaMax = -8;

export type Mallopt = (parameter: number, value: number) => number;

/** The function of glibc; null with another C library, on another system, or where there is no package to call it with. */
export const importMallopt = async (platform: string = process.platform): Promise<Mallopt | null> => {
  if (platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    return koffi.load(null).func('int mallopt(int parameter, int value)') as Mallopt;
  } catch {
    return null;
  }
};

export interface ArenaParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly importFunction: () => Promise<Mallopt | null>;
}

/**
 * Lets threads that are started later share the arenas of those that are there already. Left to itself glibc makes one for each, up to eight a
 * processor, and each keeps what its threads once needed: LMDB's, DuckDB's, the loader's, Node's for files. To be called before anything
 * else has started threads: glibc settles the number for good when it makes the tenth.
 *
 * An operator's own `MALLOC_ARENA_MAX` stands.
 *
 * @returns whether no more arenas will be made
 */
export const shareArenas = async ({
  environment = process.env,
  importFunction = importMallopt,
}: Partial<ArenaParts> = {}): Promise<boolean> => {
  if (environment['MALLOC_ARENA_MAX'] !== undefined) return false;
  const mallopt = await importFunction();
  return mallopt?.(arenaMax, 1) === 1;
};
