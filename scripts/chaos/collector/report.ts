import type { LedgerLine } from '../../../packages/collector/src/ledger.ts';
import type { Proof } from './proof.ts';
import type { World } from './world.ts';

export interface RoundResult {
  readonly round: number;
  readonly seed: number;
  /** What was done, each with what came of it. */
  readonly done: readonly string[];
  /** Promises broken. */
  readonly broken: readonly string[];
  readonly books: readonly LedgerLine[];
}

export interface Report {
  round(result: RoundResult): void;
  end(world: World, proof: Proof): void;
  /** The run could not go on. */
  broke(why: string): void;
  violations(): number;
}

const width = 20;
const bar = (done: number, all: number): string => {
  const full = Math.round((done / all) * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
};

const total = (
  books: readonly LedgerLine[],
  field: 'accepted' | 'loaded' | 'duplicate' | 'rejected' | 'pending',
) => books.reduce((sum, line) => sum + line[field], 0);

const row = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells
    .map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]!) : String(cell).padStart(widths[at]!)))
    .join('  ');

/** One line a round, a table in the end. */
export const createReport = ({ rounds, log }: { rounds: number; log: (line: string) => void }): Report => {
  const counts = new Map<string, number>();
  const broken: string[] = [];
  const started = Date.now();
  return {
    round({ round, seed, done, broken: found, books }) {
      for (const each of done) {
        // Sizes and times are left to the round's line; what became of a damaged page is of interest.
        const kind = each.startsWith('spool ') ? each : each.replace(/ \(.*/, '');
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      for (const each of found) broken.push(`seed ${seed}: ${each}`);
      log(
        `${bar(round, rounds)} ${String(round).padStart(String(rounds).length)}/${rounds} seed ${seed} · ${done.join(' + ')} · ` +
          `accepted ${total(books, 'accepted')} = loaded ${total(books, 'loaded')} + duplicate ${total(books, 'duplicate')} + ` +
          `rejected ${total(books, 'rejected')} + pending ${total(books, 'pending')}`,
      );
      for (const each of found) log(`  BROKEN: ${each}`);
    },
    end(world, proof) {
      broken.push(...new Set(world.sender.violations), ...proof.faults);
      log('');
      for (const [kind, count] of [...counts].sort(([a], [b]) => a.localeCompare(b)))
        log(row([kind, count], [60, 6]));
      log('');
      const fields = ['accepted', 'loaded', 'duplicate', 'rejected', 'pending'] as const;
      const widths = [10, 10, 10, 10, 10, 10];
      log(row(['source', ...fields], widths));
      for (const line of proof.books) log(row([line.source, ...fields.map((field) => line[field])], widths));
      log('');
      const unkept = proof.dropped > 0 ? ` but ${proof.dropped} that it had no room for` : '';
      const answers = [...world.sender.answers].map(([answer, count]) => `${answer}: ${count}`).join(', ');
      log(`answers to the bare client: ${answers}`);
      log(
        `${world.destination.name}: ${rounds} rounds in ${Math.round((Date.now() - started) / 1000)} s, ${proof.rows} rows; ` +
          `acknowledged: ${world.sender.acknowledged.size} of the bare client, ${world.backend.tracked.size} of the Node SDK, ` +
          `${world.page ? `all of the page${unkept}` : 'no page'}; violations: ${broken.length}`,
      );
      for (const each of broken) log(`BROKEN: ${each}`);
    },
    broke(why) {
      broken.push(why);
      log(`BROKEN: ${why}`);
    },
    violations: () => broken.length,
  };
};
