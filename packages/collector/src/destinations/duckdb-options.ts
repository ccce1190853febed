/** What the embedded engine may use, whether it keeps the rows or writes files of them. */
export interface DuckdbEngineOptions {
  /** The database file, or the lake's folder. */
  readonly path: string;
  /**
   * What DuckDB may hold in memory, in its own notation; what does not fit goes to a folder beside the file. Larger for large queries.
   * @default "64MB", "128MB" for a lake
   */
  readonly memoryLimit: string;
  /** Threads of DuckDB. @default 1: the other cores answer requests */
  readonly threads: number;
}

export const duckdbEngineProperties = {
  path: { type: 'string', minLength: 1 },
  memoryLimit: { type: 'string', pattern: '^[0-9]+ ?([KMGT]i?B)$' },
  threads: { type: 'integer', minimum: 1 },
};
