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

/** Percent of the events of each scenario, the mean over the scenarios: a large one weighs no more than a small one. */
export interface DeliveryShares {
  readonly lost: number;
  /** Copies on the wire. */
  readonly copies: number;
  /** The same two for the rows in the warehouse, where there is one. */
  readonly warehouse?: { readonly lost: number; readonly copies: number };
}

export const deliveryShares = ({ delivery }: SubjectResults): DeliveryShares | undefined => {
  if (!delivery) return undefined;
  const runs = Object.values(delivery).map((all) => all.filter(({ events }) => events > 0));
  const share = (of: (run: Delivered) => number): number =>
    mean(runs.map((all) => mean(all.map((run) => (of(run) / run.events) * 100))));
  const hasWarehouse = runs.flat().every(({ warehouse }) => warehouse !== undefined);
  return {
    lost: share(({ events, arrived }) => events - arrived),
    copies: share(({ copies }) => copies),
    ...(hasWarehouse && {
      warehouse: {
        lost: share(({ events, warehouse }) => events - warehouse!.arrived),
        copies: share(({ warehouse }) => warehouse!.copies),
      },
    }),
  };
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** `0`, `3.5 %`, and never a zero for what is only small. */
export const percent = (value: number): string =>
  value === 0 ? '0' : `${Math.max(value, 0.1).toFixed(1)} %`;

export const costTable = ({ subjects, floor, slowdown }: Results): Table => ({
  head: [
    'library',
    'raw',
    'gzip',
    'brotli',
    `load + start at ${slowdown}×, CPU ms`,
    'the same with a page view sent',
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
      whole(subject.first?.median),
      whole(subject.call?.median.median),
      whole(subject.call?.p95.median),
      whole(subject.call?.cpuPer100.median),
      whole(subject.heap?.median),
      whole(steadyRequests(subject)),
    ]),
    ...(floor ? [['empty page', '', '', '', whole(floor.median), '', '', '', '', '', '']] : []),
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
    `load, start and a page view at ${slowdown}×, CPU ms`,
    'one `track()`, µs',
    'requests for 200 events',
    'events lost',
    'copies on the wire',
    'copies in the warehouse',
    'id after cookies + localStorage wiped',
  ],
  rows: subjects.map((subject) => {
    const shares = deliveryShares(subject);
    const kept = subject.identity?.['cookies and localStorage'];
    return [
      subject.title,
      subject.bytes ? (subject.bytes.brotli / 1000).toFixed(1) : '',
      whole(subject.first?.median),
      whole(subject.call?.median.median),
      whole(steadyRequests(subject)),
      shares ? percent(shares.lost) : '',
      shares ? percent(shares.copies) : '',
      shares?.warehouse ? percent(shares.warehouse.copies) : '',
      kept === undefined ? '' : kept ? 'kept' : 'lost',
    ];
  }),
});
