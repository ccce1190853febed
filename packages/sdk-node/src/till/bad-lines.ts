import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { NitkaError } from '@nitka/core';

/** A line that is no event, as it is kept: nothing is thrown away. */
export interface BadLine {
  readonly reason: string;
  readonly message: string;
  /** Where it stood: `receipts.ndjson:12`. */
  readonly source: string;
  readonly line: string;
}

export const badLine = (error: NitkaError, source: string, line: string): BadLine => ({
  reason: error.code,
  message: error.message,
  source,
  line,
});

/** Adds bad lines to a file, one JSON object each; on disk when the promise resolves. */
export const keepBadLines = async (path: string, lines: readonly BadLine[]): Promise<void> => {
  if (lines.length === 0) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    await file.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
};
