import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DestinationError } from './destination.ts';
import { duckdbColumns } from './duckdb-schema.ts';
import { exists, publishText } from './durable-file.ts';

const version = 1;

/** JSON is text in the files: DuckDB reads no file at all in which a payload is marked as JSON and has half a surrogate pair. */
export const plainColumns: Readonly<Record<'raw_events' | 'raw_rejects', string>> = {
  raw_events: '* REPLACE (payload::VARCHAR AS payload, batch_context::VARCHAR AS batch_context)',
  raw_rejects: '*',
};

const fileColumns = {
  raw_events: duckdbColumns['raw_events']?.replaceAll(' JSON', ' VARCHAR'),
  raw_rejects: duckdbColumns['raw_rejects'],
};

/** Where everything of a lake lies. Ids and sources become names of files, so what could lead elsewhere is escaped. */
export const lakeOf = (root: string) => {
  const safe = (text: string): string =>
    text.replace(/[^A-Za-z0-9_-]/g, (character) => (character === '.' ? '.' : encodeURIComponent(character)));
  const day = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);
  return {
    root,
    aside: join(root, '.aside'),
    asideFile: (id: string, suffix: string) => join(root, '.aside', `${safe(id)}.${suffix}`),
    file: (table: string, date: string, source: string, id: string) =>
      join(root, table, `date=${date}`, `source=${safe(source)}`, `${safe(id)}.parquet`),
    /** Its being there is the commit. In the folder of the day of its first row, which a repeat has again. */
    marker: (id: string, firstReceivedAt: number) =>
      join(root, 'nitka_batches', `date=${day(firstReceivedAt)}`, `${safe(id)}.json`),
    glob: (table: string) => join(root, table, '*', '*', '*.parquet'),
    markers: join(root, 'nitka_batches', '*', '*.json'),
    schemaFile: join(root, 'nitka_schema.json'),
  };
};

export type Lake = ReturnType<typeof lakeOf>;

/** Notes in a new lake what its files consist of, and compares it in one that is there. Throws DestinationError `schema`. */
export const checkLake = async (lake: Lake): Promise<void> => {
  const { raw_events, raw_rejects } = fileColumns;
  const expected = { version, raw_events, raw_rejects };
  if (!(await exists(lake.schemaFile))) {
    const text = `${JSON.stringify(expected, null, 2)}\n`;
    return publishText(text, lake.asideFile('schema', 'json'), lake.schemaFile);
  }
  let found: Partial<typeof expected>;
  try {
    found = JSON.parse(await readFile(lake.schemaFile, 'utf8')) as Partial<typeof expected>;
  } catch (error) {
    throw new DestinationError('schema', `${lake.schemaFile} cannot be read`, { cause: error });
  }
  for (const table of ['raw_events', 'raw_rejects'] as const) {
    if (found.version === version && found[table] === expected[table]) continue;
    throw new DestinationError(
      'schema',
      `${lake.schemaFile}: the files of ${table} have the columns (${found[table]}), this collector writes (${expected[table]}); choose another folder`,
    );
  }
};
