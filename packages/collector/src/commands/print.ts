import type { QueryResult } from '../destinations/destination.ts';

export type Format = 'table' | 'json' | 'csv';

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** RFC 4180. */
const csvField = (value: unknown): string => {
  const text = textOf(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Control characters of a stranger's text must not reach the terminal. */
const visible = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

const widest = 60;

const asTable = ({ columns, rows }: QueryResult): string => {
  const cells = rows.map((row) =>
    row.map((value) => {
      const text = visible(textOf(value));
      return text.length > widest ? `${text.slice(0, widest - 1)}…` : text;
    }),
  );
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...cells.map((row) => (row[at] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(columns), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n');
};

export const formatResult = (result: QueryResult, format: Format): string => {
  const { columns, rows } = result;
  if (format === 'json') {
    return JSON.stringify(
      rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]]))),
    );
  }
  if (format === 'csv') return [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n');
  const count = `${rows.length}${result.truncated ? ' and more' : ''}`;
  return `${asTable(result)}\n(${count} ${count === '1' ? 'row' : 'rows'})`;
};

/** A list of like objects in the same formats. */
export const formatObjects = (objects: readonly object[], format: Format): string => {
  const columns = Object.keys(objects[0] ?? {});
  return formatResult(
    { columns, rows: objects.map((object) => Object.values(object) as unknown[]), truncated: false },
    format,
  );
};
