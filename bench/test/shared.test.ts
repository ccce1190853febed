import { expect, test } from 'vitest';
import { replaceBetween } from '../shared/markers.ts';
import { figure, median } from '../shared/statistics.ts';
import { markdownTable, terminalTable } from '../shared/table.ts';

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([10, 1, 4])).toBe(4);
  expect(median([10, 1, 4, 6])).toBe(5);
  expect(median([])).toBeNaN();
  expect(figure([2, 1, 3.00049])).toEqual({ median: 2, min: 1, max: 3, values: [2, 1, 3] });
});

test('text between markers is replaced, whatever it holds, and nothing else', () => {
  const before = 'a\n<!-- bench:x -->\nold $& text\n<!-- /bench -->\nz <!-- bench:y -->\n<!-- /bench -->\n';
  const after = replaceBetween(before, 'bench:x', 'costs $1 & $&');
  expect(after).toBe(
    'a\n<!-- bench:x -->\n\ncosts $1 & $&\n\n<!-- /bench -->\nz <!-- bench:y -->\n<!-- /bench -->\n',
  );
  expect(replaceBetween(after!, 'bench:x', 'costs $1 & $&')).toBe(after);
  expect(replaceBetween(before, 'bench:none', 'new')).toBeNull();
});

test('columns without a figure are left out', () => {
  expect(
    markdownTable({
      head: ['library', 'a', 'b'],
      rows: [
        ['x', '', '1'],
        ['y', '', ''],
      ],
    }),
  ).toBe('| library | b |\n| --- | ---: |\n| x | 1 |\n| y |  |');
});

test('tables', () => {
  const table = {
    head: ['library', 'ms'],
    rows: [
      ['a|b', '1'],
      ['ours', '1,000'],
    ],
  };
  expect(markdownTable(table, 'ours')).toBe(
    '| library | ms |\n| --- | ---: |\n| a\\|b | 1 |\n| **ours** | **1,000** |',
  );
  expect(terminalTable(table)).toBe('library     ms\n───────  ─────\na|b          1\nours     1,000');
});
