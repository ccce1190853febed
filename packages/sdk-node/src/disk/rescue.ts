import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { eventsOf } from '../queue/batch-text.ts';
import { isWhole } from './look.ts';
import { decodeRecord } from './record.ts';
import { readRecords } from './walk.ts';

/** What became of a damaged queue. */
export interface Rescue {
  /** Where the damaged file is kept. */
  readonly keptAs: string;
  /** Events that were brought over into the new queue. */
  readonly events: number;
}

/** A queue that is being filled. */
interface NewQueue {
  insert(texts: readonly string[], queuedAt: number): Promise<void>;
  close(): Promise<void>;
}

/** Bytes that are stored together. */
const portion = 2 * 1024 * 1024;

const isEventText = (text: Uint8Array): boolean => text[0] === 0x7b && text.at(-1) === 0x7d;

/** Of any format: what has a checksum that fits, or looks like events. */
const readRecord = (value: Buffer): { readonly texts: string[]; readonly queuedAt: number } | undefined => {
  const bytes = Buffer.from(value);
  const plain = decodeRecord(0, bytes, false);
  const found = decodeRecord(0, bytes, true) ?? (plain && isEventText(plain.text) ? plain : undefined);
  return found && { texts: eventsOf(found.text), queuedAt: found.queuedAt };
};

const copy = async (path: string, queue: NewQueue): Promise<number> => {
  let texts: string[] = [];
  let bytes = 0;
  let queuedAt = 0;
  let events = 0;
  const store = async (): Promise<void> => {
    if (texts.length > 0) await queue.insert(texts, queuedAt);
    events += texts.length;
    texts = [];
    bytes = 0;
  };
  await readRecords(path, async (value) => {
    const record = readRecord(value);
    if (!record) return;
    if (texts.length === 0) queuedAt = record.queuedAt;
    texts.push(...record.texts);
    bytes += value.length;
    if (bytes > portion) await store();
  });
  await store();
  return events;
};

const move = async (from: string, to: string): Promise<void> => {
  await rename(from, to);
  await rm(`${from}-lock`, { force: true });
};

/**
 * Looks at the queue's file before LMDB does. From a damaged one all events that can be read go into a new one that takes its place; the
 * damaged one is kept. Broken off at any point, it is begun anew or finished by the next call.
 */
export const rescue = async (
  path: string,
  openNew: (path: string) => Promise<NewQueue>,
): Promise<Rescue | undefined> => {
  const copied = `${path}.copied`;
  if (!existsSync(path) && existsSync(copied)) await move(copied, path);
  if (await isWhole(path)) return undefined;
  for (const left of [copied, `${copied}-lock`]) await rm(left, { force: true });
  const queue = await openNew(copied);
  let events: number;
  try {
    events = await copy(path, queue);
  } finally {
    await queue.close();
  }
  // Another process may have been faster.
  if (await isWhole(path)) return undefined;
  const keptAs = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await move(path, keptAs);
  await move(copied, path);
  return { keptAs, events };
};
