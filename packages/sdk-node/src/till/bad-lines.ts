import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NitkaError } from '@nitka/core';
import { makeFolder } from '../disk/make-folder.ts';

/** A line that is no event, as it is kept: nothing is thrown away. */
export interface BadLine {
  readonly reason: string;
  readonly message: string;
  /** Where it stood: `receipts.ndjson:12`. */
  readonly source: string;
  readonly line: string;
  /** The line's bytes, where they are no UTF-8 and `line` is not all that they said. */
  readonly base64?: string;
}

export const badLine = (error: NitkaError, source: string, line: string, bytes?: Buffer): BadLine => ({
  reason: error.code,
  message: error.message,
  source,
  line,
  ...(bytes && { base64: bytes.toString('base64') }),
});

const write = async (path: string, lines: readonly BadLine[]): Promise<void> => {
  await makeFolder(dirname(path));
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
};

export interface BadLines {
  /** Begins to write it; those of one moment are written together. */
  add(line: BadLine): void;
  count(): number;
  /** Resolves once all are on disk; rejects when that failed. */
  kept(): Promise<void>;
}

/** Adds bad lines to a file, one JSON object each, as they come: the source may be read for days. */
export const createBadLines = (path: string): BadLines => {
  let count = 0;
  let waiting: BadLine[] = [];
  let writing: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  const writeAll = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const lines = waiting;
        waiting = [];
        await write(path, lines);
      }
    } catch (error) {
      failure = { error };
    }
    writing = undefined;
  };

  return {
    add(line) {
      count++;
      waiting.push(line);
      writing ??= writeAll();
    },
    count: () => count,
    async kept() {
      while (writing) await writing;
      if (failure) throw failure.error;
    },
  };
};
