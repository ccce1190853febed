import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Big } from 'big.js';
import { parse } from 'csv-parse';

/** One line of the file, every field as it stands there. */
export interface Line {
  readonly InvoiceNo: string;
  readonly StockCode: string;
  readonly Description: string;
  readonly Quantity: string;
  readonly InvoiceDate: string;
  readonly UnitPrice: string;
  readonly CustomerID: string;
  readonly Country: string;
}

export interface Invoice {
  readonly number: string;
  readonly lines: readonly Line[];
  /** Sum of quantity × price over the lines, to the last digit. */
  readonly total: Big;
}

const totalOf = (lines: readonly Line[]): Big =>
  lines.reduce((sum, line) => sum.plus(new Big(line.Quantity).times(line.UnitPrice)), new Big(0));

/**
 * The invoices of the file, in the order of their first lines. One invoice's lines do not always stand together, so
 * the file is read whole before the first invoice is handed out.
 */
export const readInvoices = async (path: string): Promise<Invoice[]> => {
  const invoices = new Map<string, Line[]>();
  const rows = createReadStream(path)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }));
  for await (const line of rows as AsyncIterable<Line>) {
    const known = invoices.get(line.InvoiceNo);
    if (known) known.push(line);
    else invoices.set(line.InvoiceNo, [line]);
  }
  return [...invoices].map(([number, lines]) => ({ number, lines, total: totalOf(lines) }));
};
