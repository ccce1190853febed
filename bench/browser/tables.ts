import type { Table } from '../shared/table.ts';
import type { Delivered } from './measures/delivery.ts';
import { wipes } from './measures/identity.ts';
import { scenarios } from './measures/scenarios.ts';
import type { Results, SubjectResults } from './results.ts';

const whole = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : Math.round(value).toLocaleString('en');

/** One figure if all repetitions agree, else the least and the most. */
const range = (values: readonly number[]): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? whole(least) : `${whole(least)}–${whole(most)}`;
};

/** `0 → 20 +3`: before and after the visitor came back, and copies on top. */
export const deliveryCell = (runs: readonly Delivered[] | undefined): string => {
  if (!runs) return '';
  const leaving = range(runs.map(({ atLeaving }) => atLeaving));
  const end = range(runs.map(({ arrived }) => arrived));
  const copies = range(runs.map((run) => run.copies));
  return `${leaving === end ? end : `${leaving} → ${end}`}${copies === '0' ? '' : ` +${copies}`}`;
};

const warehouseCell = (runs: readonly Delivered[] | undefined): string => {
  const rows = runs?.map(({ warehouse }) => warehouse).filter((found) => found !== undefined) ?? [];
  if (rows.length === 0) return '';
  const copies = range(rows.map((row) => row.copies));
  return `${range(rows.map(({ arrived }) => arrived))}${copies === '0' ? '' : ` +${copies}`}`;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

/** Requests with events that the steady scenario took. */
export const steadyRequests = (subject: SubjectResults): number | undefined => {
  const runs = subject.delivery?.['steady'];
  return runs && median(runs.map(({ requests }) => requests));
};

/** Sums over all scenarios and repetitions. */
export const deliverySums = ({
  delivery,
}: SubjectResults): { made: number; lost: number; copies: number } | undefined => {
  if (!delivery) return undefined;
  const runs = Object.values(delivery).flat();
  const sum = (of: (run: Delivered) => number): number => runs.reduce((all, run) => all + of(run), 0);
  return {
    made: sum(({ events }) => events),
    lost: sum(({ events, arrived, warehouse }) => events - (warehouse ?? { arrived }).arrived),
    copies: sum(({ copies, warehouse }) => warehouse?.copies ?? copies),
  };
};

export const costTable = ({ subjects, floor, slowdown }: Results): Table => ({
  head: [
    'library',
    'raw',
    'gzip',
    'brotli',
    `load + start at ${slowdown}×, CPU ms`,
    'one `track()`, µs',
    'of 100 calls 95 below, µs',
    'CPU ms per 100 events',
    'heap, KiB',
    'requests for 200 events',
  ],
  rows: [
    ...subjects.map((subject) => [
      subject.title,
      whole(subject.bytes?.raw),
      whole(subject.bytes?.gzip),
      whole(subject.bytes?.brotli),
      whole(subject.start?.median),
      whole(subject.call?.median.median),
      whole(subject.call?.p95.median),
      whole(subject.call?.cpuPer100.median),
      whole(subject.heap?.median),
      whole(steadyRequests(subject)),
    ]),
    ...(floor ? [['empty page', '', '', '', whole(floor.median), '', '', '', '', '']] : []),
  ],
});

export const deliveryTable = ({ subjects }: Results): Table => {
  const delivering = subjects.filter(({ delivery }) => delivery);
  const shown = scenarios.filter(({ name }) => delivering.some(({ delivery }) => delivery?.[name]));
  return {
    head: ['library', ...shown.map(({ title, events }) => `${title}, ${events}`)],
    rows: delivering.flatMap(({ title, delivery }) => {
      const warehouse = shown.map(({ name }) => warehouseCell(delivery?.[name]));
      return [
        [title, ...shown.map(({ name }) => deliveryCell(delivery?.[name]))],
        ...(warehouse.some((cell) => cell !== '') ? [[`${title}: rows in the warehouse`, ...warehouse]] : []),
      ];
    }),
  };
};

export const identityTable = ({ subjects }: Results): Table => ({
  head: ['library', ...wipes.map((wipe) => `${wipe} wiped`)],
  rows: subjects
    .filter(({ identity }) => identity)
    .map(({ title, identity }) => [
      title,
      ...wipes.map((wipe) => (identity?.[wipe] === undefined ? '' : identity[wipe] ? 'kept' : 'lost')),
    ]),
});

/** The short one, for the README. */
export const summaryTable = ({ subjects, slowdown }: Results): Table => ({
  head: [
    'library',
    'brotli, KB',
    `load + start at ${slowdown}×, CPU ms`,
    'one `track()`, µs',
    'requests for 200 events',
    'events lost',
    'events twice',
    'id after cookies + localStorage wiped',
  ],
  rows: subjects.map((subject) => {
    const sums = deliverySums(subject);
    const kept = subject.identity?.['cookies and localStorage'];
    const percent = (part: number): string =>
      part === 0 ? '0' : `${((part / sums!.made) * 100).toFixed(1)} %`;
    return [
      subject.title,
      subject.bytes ? (subject.bytes.brotli / 1000).toFixed(1) : '',
      whole(subject.start?.median),
      whole(subject.call?.median.median),
      whole(steadyRequests(subject)),
      sums ? percent(sums.lost) : '',
      sums ? percent(sums.copies) : '',
      kept === undefined ? '' : kept ? 'kept' : 'lost',
    ];
  }),
});
