import { createHash } from 'node:crypto';
import { Big } from 'big.js';
import type { Invoice, Line } from './invoices.ts';

/** What must be the same in the file and in the warehouse. Numbers are decimal texts, to the last digit. */
export interface Books {
  readonly invoices: string;
  readonly refunds: string;
  readonly lines: string;
  readonly cancellation_lines: string;
  readonly lines_without_customer: string;
  readonly customers: string;
  readonly quantity: string;
  readonly money: string;
  /** Sum of what each invoice says its total is. */
  readonly totals: string;
  /** Sum of a 64-bit hash of every line with all of its eight fields: one changed letter changes it. */
  readonly fingerprint: string;
}

const separator = '\u001f';

/** The same as `md5_number_upper` of DuckDB: the first eight bytes, little end first. */
const hashOf = (line: Line): bigint => {
  const text = [
    line.InvoiceNo,
    line.StockCode,
    line.Description,
    line.Quantity,
    line.InvoiceDate,
    line.UnitPrice,
    line.CustomerID,
    line.Country,
  ].join(separator);
  return createHash('md5').update(text).digest().readBigUInt64LE(0);
};

/** The books of the file. */
export const booksOfFile = (invoices: readonly Invoice[]): Books => {
  const lines = invoices.flatMap((invoice) => invoice.lines);
  const count = (accept: (line: Line) => boolean): string => String(lines.filter(accept).length);
  const money = invoices.reduce((sum, { total }) => sum.plus(total), new Big(0)).toFixed(3);
  return {
    invoices: String(invoices.length),
    refunds: String(invoices.filter(({ number }) => number.startsWith('C')).length),
    lines: String(lines.length),
    cancellation_lines: count((line) => line.InvoiceNo.startsWith('C')),
    lines_without_customer: count((line) => line.CustomerID === ''),
    customers: String(new Set(lines.map((line) => line.CustomerID).filter(Boolean)).size),
    quantity: String(lines.reduce((sum, line) => sum + BigInt(line.Quantity), 0n)),
    money,
    totals: money,
    fingerprint: String(lines.reduce((sum, line) => sum + hashOf(line), 0n)),
  };
};

/** The books of the raw layer, from the payloads as they arrived. */
export const booksSql = (source: string): string => `
WITH invoices AS (
  SELECT
    message_id, event, user_id,
    payload->>'$.properties.order_id' AS invoice,
    payload->>'$.properties.customer' AS customer,
    payload->>'$.properties.country' AS country,
    payload->>'$.properties.local_time' AS local_time,
    CAST(payload->>'$.properties.total' AS DECIMAL(18, 3)) AS total,
    from_json(payload->'$.properties.products', '[{"product_id": "VARCHAR", "name": "VARCHAR",
      "quantity": "BIGINT", "price": "VARCHAR", "local_time": "VARCHAR"}]') AS lines
  FROM raw_events
  WHERE source = '${source}' AND event IN ('Order Completed', 'Order Refunded')
),
sums AS (
  SELECT
    *, len(lines) AS n,
    list_sum(list_transform(lines, l -> l.quantity)) AS quantity,
    list_sum(list_transform(lines,
      l -> CAST(l.quantity AS DECIMAL(12, 0)) * CAST(l.price AS DECIMAL(15, 3)))) AS money,
    list_sum(list_transform(lines, l -> CAST(md5_number_upper(concat_ws(chr(31), invoice, l.product_id, l.name,
      l.quantity, coalesce(l.local_time, local_time), l.price, customer, country)) AS HUGEINT))) AS fingerprint
  FROM invoices
)
SELECT
  CASE WHEN count(*) = count(DISTINCT invoice) THEN CAST(count(*) AS VARCHAR) ELSE 'some twice' END AS invoices,
  CAST(count(*) FILTER (event = 'Order Refunded') AS VARCHAR) AS refunds,
  CAST(sum(n) AS VARCHAR) AS lines,
  CAST(sum(n) FILTER (invoice LIKE 'C%') AS VARCHAR) AS cancellation_lines,
  CAST(sum(n) FILTER (customer = '') AS VARCHAR) AS lines_without_customer,
  CAST(count(DISTINCT user_id) AS VARCHAR) AS customers,
  CAST(sum(quantity) AS VARCHAR) AS quantity,
  CAST(sum(money) AS VARCHAR) AS money,
  CAST(sum(total) AS VARCHAR) AS totals,
  CAST(sum(fingerprint) AS VARCHAR) AS fingerprint
FROM sums`;
