/** A table of texts. The first column is aligned left, all others right. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Without the columns that hold nothing: what was not measured takes no room. */
const filled = ({ head, rows }: Table): Table => {
  const keep = head.map((_, column) => column === 0 || rows.some((row) => (row[column] ?? '') !== ''));
  const pick = (cells: readonly string[]): string[] => cells.filter((_, column) => keep[column]);
  return { head: pick(head), rows: rows.map(pick) };
};

const escapeCell = (text: string): string => text.replaceAll('|', '\\|');

/**
 * The table as GitHub markdown.
 * @param strong rows whose first cell is this text are set in bold
 */
export const markdownTable = (table: Table, strong?: string): string => {
  const { head, rows } = filled(table);
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  const bold = (cells: readonly string[]): readonly string[] =>
    cells[0] === strong ? cells.map((cell) => (cell === '' ? '' : `**${cell}**`)) : cells;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map((row) => line(bold(row)))].join('\n');
};

/** The table for a terminal, columns padded with spaces. */
export const terminalTable = (table: Table): string => {
  const { head, rows } = filled(table);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), rule, ...rows.map(line)].join('\n');
};
