import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * The in-process engine over one database folder.
 *
 * @param {string} modules folder where `chdb` is installed
 * @param {string} data database folder; survives a restart and a killed process
 */
export function openEngine(modules, data) {
  const require = createRequire(join(modules, 'package.json'));
  const { Session } = require('chdb');
  // Session.insert takes text formats alone; the addon below it takes any.
  const addon = require(
    join(dirname(require.resolve('chdb/package.json')), 'dist', 'loader.js'),
  ).loadNative();
  // The engine lives as long as one connection does.
  const anchor = new Session(data);

  /** A connection costs a fraction of a millisecond, runs one query at a time and has settings of its own. */
  function connect() {
    const session = new Session(data);
    let database = 'default';

    async function run(text, format) {
      const began = process.hrtime.bigint();
      const result = await session.queryAsync(text, { format });
      return { body: Buffer.from(result.bytes()), summary: summary(began, { read: result.rowsRead }) };
    }

    async function insertFile(head, rows, began) {
      const file = join(tmpdir(), `nitka-insert-${randomUUID()}`);
      writeFileSync(file, rows);
      try {
        await run(
          head.replace(/\s(format\s+\w+|values)\s*;?\s*$/i, ` FROM INFILE ${literal(file)} $1`),
          'Null',
        );
      } finally {
        rmSync(file, { force: true });
      }
      return { body: Buffer.alloc(0), summary: summary(began, { bytes: rows.length }) };
    }

    return {
      run,
      /** @param {string} head up to the format's name or VALUES @param {Buffer} rows in that format */
      async insert(head, rows) {
        const began = process.hrtime.bigint();
        // The engine ends rows at an empty line, as in a console: rows that have these two bytes come from a file.
        if (rows.includes('\n\n')) return insertFile(head, rows, began);
        const written = await addon.InsertRawAsyncConnection(session.connection, head, rows, false);
        return {
          body: Buffer.alloc(0),
          summary: summary(began, { written: written.rowsWritten, bytes: rows.length }),
        };
      },
      async use(name) {
        if (name === database) return;
        await run(`USE \`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``, 'Null');
        database = name;
      },
      /** @param {Array<[string, string]>} values settings, and parameters named `param_…` */
      async set(values) {
        if (values.length === 0) return;
        for (const [name] of values) {
          if (!/^\w+$/.test(name))
            throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`);
        }
        const list = values.map(([name, value]) => `${name} = ${literal(value)}`);
        await run(`SET ${list.join(', ')}`, 'Null');
      },
      close: () => session.close(),
    };
  }

  return { connect, close: () => anchor.close() };
}

function literal(value) {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function summary(began, { read = 0, written = 0, bytes = 0 }) {
  return {
    read_rows: String(read || written),
    read_bytes: String(bytes),
    written_rows: String(written),
    written_bytes: String(bytes),
    total_rows_to_read: '0',
    result_rows: String(written),
    result_bytes: String(bytes),
    elapsed_ns: String(process.hrtime.bigint() - began),
  };
}
