import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/** Who sends from this folder. */
export interface Lease {
  readonly owner: string;
  readonly pid: number;
  readonly thread: number;
  readonly host: string;
  /** Raised while the owner lives. */
  readonly beat: number;
}

/** Bytes of the record, and behind it one that says that somebody waits. */
const size = 512;
const wanted = 'w'.charCodeAt(0);

/** The file of the lease. Never flushed: what it says is of no use after a power cut. */
export const openLeaseFile = (folder: string) => {
  const file = openSync(`${folder}/sender`, constants.O_RDWR | constants.O_CREAT, 0o600);
  const buffer = Buffer.alloc(size + 1);
  const read = (): Lease | undefined => {
    buffer.fill(0);
    readSync(file, buffer, 0, size + 1, 0);
    try {
      return (JSON.parse(buffer.toString('utf8', 0, size)) as Lease | null) ?? undefined;
    } catch {
      return undefined;
    }
  };
  return {
    read,
    /** Written over in place: needs no room on a full disk. */
    write: (lease: Lease | undefined): void => {
      const text = lease ? JSON.stringify(lease) : '';
      writeSync(file, Buffer.from(text.padEnd(size + 1)), 0, size + 1, 0);
    },
    ask: (): void => void writeSync(file, Buffer.of(wanted), 0, 1, size),
    isAsked: (): boolean => {
      readSync(file, buffer, 0, 1, size);
      return buffer[0] === wanted;
    },
    close: () => closeSync(file),
  };
};
