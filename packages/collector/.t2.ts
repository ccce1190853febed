import { DuckDBInstance } from '@duckdb/node-api';
import { booksSql } from '../../examples/receipts/books.ts';
import { readFileSync } from 'node:fs';
const exp = JSON.parse(readFileSync('/tmp/exp.json', 'utf8'));
const db = await DuckDBInstance.create('/tmp/t.duckdb', { memory_limit: process.argv[2]!, threads: '1' });
const c = await db.connect();
console.time('sql'); const r = await c.runAndReadAll(booksSql('till')); console.timeEnd('sql');
const row = r.getRowObjectsJson()[0]!;
for (const k of Object.keys(exp)) console.log(k, exp[k as never], row[k], exp[k as never] === row[k]);
