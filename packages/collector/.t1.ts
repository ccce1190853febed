import { DuckDBInstance } from '@duckdb/node-api';
import { readInvoices } from '../../examples/receipts/invoices.ts';
import { eventOf, zone } from '../../examples/receipts/event.ts';
import { createLocalTime } from '../../examples/receipts/local-time.ts';
import { booksOfFile } from '../../examples/receipts/books.ts';
import { writeFileSync } from 'node:fs';
const inv = await readInvoices('/work/shared/data/online-retail.csv.gz');
writeFileSync('/tmp/exp.json', JSON.stringify(booksOfFile(inv)));
const db = await DuckDBInstance.create('/tmp/t.duckdb');
const c = await db.connect();
await c.run('create or replace table raw_events(message_id varchar, event varchar, user_id varchar, source varchar, payload json)');
const a = await c.createAppender('raw_events');
const toM = createLocalTime(zone);
for (const i of inv) { const e = eventOf(i, toM); a.appendVarchar(e.messageId); a.appendVarchar(e.event); e.userId ? a.appendVarchar(e.userId) : a.appendNull(); a.appendVarchar('till'); a.appendVarchar(JSON.stringify({ properties: e.properties })); a.endRow(); }
a.closeSync(); c.closeSync(); db.closeSync();
console.log(toM('2011-06-09 12:50:00'), toM('2010-12-01 08:26:00'), toM('2011-03-27 03:00:00'), toM('2011-10-30 01:30:00'));
