import type { Database } from 'lmdb';
import type { SettledTo } from './log/tail.ts';

export interface SettledState {
  read(): SettledTo;
  /** Only inside a transaction. */
  write(to: SettledTo): void;
}

/** How far the index has come. */
export const createState = (meta: Pick<Database<unknown, string>, 'get' | 'putSync'>): SettledState => ({
  read: () => ({
    position: (meta.get('settled') as number | undefined) ?? 0,
    head: (meta.get('head') as number | undefined) ?? 1,
  }),
  write({ position, head }) {
    meta.putSync('settled', position);
    meta.putSync('head', head);
  },
});
