import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import { v7 } from 'uuid';
import { balance, createLedger } from '../ledger.ts';
import { makeFolder } from '../make-folder.ts';
import { createOneAtATime } from '../one-at-a-time.ts';
import { createAppends } from './appends.ts';
import { backUpSpool } from './backup.ts';
import { encodeChunk } from './chunk.ts';
import { codedError, reasonOf } from './commit-failure.ts';
import type { Cursor, Spool } from './contract.ts';
import { encodeOnce } from './encoded.ts';
import { createEntries } from './entries.ts';
import { openEnvironment } from './environment.ts';
import { createGroupCommit } from './group-commit.ts';
import { openLog } from './log/log.ts';
import { createLogReader } from './log/reader.ts';
import { createNotes } from './notes.ts';
import type { EarlierId, SpoolOptions } from './options.ts';
import { readPages } from './packed.ts';
import { createPurge } from './purge.ts';
import { createRangeNotes } from './range-notes.ts';
import { createRejects } from './rejects.ts';
import { createReleases } from './releases.ts';
import { createRepairs } from './repairs.ts';
import { createRetention } from './retention.ts';
import { createRoom } from './room.ts';
import { scrubSpool } from './scrub.ts';
import { checkSeal, createSeal } from './seal.ts';
import { seenKey } from './seen.ts';
import { createSettle } from './settle.ts';
import { createState } from './settled-state.ts';
import { createStoredChunks } from './stored-chunks.ts';

export type { AppendResult, Cursor, Spool, SpoolChunk } from './contract.ts';

export const openSpool = ({
  folder,
  keepMilliseconds = 0,
  now = Date.now,
  onError,
  settling = 'at once',
  segmentBytes,
  follows = null,
}: SpoolOptions): Spool => {
  makeFolder(folder);
  const environment = openEnvironment(folder);
  const { addSeen, events, meta } = environment;
  const state = createState(meta);
  const savedHead = (): number => state.read().head;
  const log = openLog(folder, state.read(), follows);
  const { segments, reader, written } = log;
  if (log.tail) checkSeal(folder, meta.get('id') as string | undefined, log.tail);
  if (!meta.get('id')) meta.putSync('id', v7());
  const id = meta.get('id') as string;
  const openRoom = () => createRoom(join(folder, 'data.mdb'), environment.usedBytes);
  const room = openRoom();
  environment.onGrowth(room.take);
  const ledger = createLedger(meta);
  const rangeNotes = createRangeNotes(folder, id);
  const rejects = createRejects(environment);
  const repairs = createRepairs(meta);
  const releases = createReleases(meta, segments);
  const stored = createStoredChunks(events, reader);
  const { countInto, ...entries } = createEntries(events, stored, savedHead);
  const { first, receivedAt } = entries;

  const inside = (task: () => void) => (): void => {
    room.begin();
    ledger.forget();
    task();
    ledger.save();
    ledger.forget();
  };
  const failed = async (error: unknown): Promise<NitkaError> => {
    const reason = await reasonOf(error);
    onError?.(reason);
    return codedError(reason);
  };
  const group = createGroupCommit(async (task) => {
    await environment.transaction(inside(task));
    try {
      releases.tidy();
    } catch (error) {
      // What was written is on disk; files that stay are tried again after the next transaction.
      onError?.(error);
    }
  }, failed);
  const transact = <T>(write: () => T): Promise<T> => group.submit(write);

  const step = createSettle({
    environment,
    reader: createLogReader(segments),
    ledger,
    rejects,
    releases,
    room,
    end: log.end,
  });
  const checkStep = (left: ReturnType<typeof step>): boolean => {
    if (left === 'stuck')
      throw new NitkaError('spool_corrupt', `the log is damaged at ${state.read().position}`);
    return left === 'more';
  };
  const settle = async (): Promise<void> => {
    if (state.read().position >= log.end()) return;
    while (checkStep(await group.submit(step)));
  };

  const openAppends = () => {
    const writer = log.openWriter(segmentBytes === undefined ? {} : { segmentBytes });
    const seal = createSeal(folder);
    const roomAhead = openRoom();
    let left: ReturnType<typeof step> = 'more';
    // What was answered for when the process ended.
    while (checkStep(left)) environment.transactionSync(inside(() => void (left = step())));
    // A backup was cut off.
    releases.pin(false);
    const appends = createAppends({
      environment,
      writer,
      room: roomAhead,
      state,
      settle,
      settlesAtOnce: settling === 'at once',
      onCommit(head) {
        log.tell(writer.end());
        seal.write(id, { head, end: writer.end() });
      },
      failed,
    });
    return {
      ...appends,
      async close() {
        await appends.idle();
        // Where that fails the next start does it.
        await settle().catch(() => undefined);
        await writer.close();
        seal.close();
        roomAhead.close();
      },
    };
  };
  const appends = log.tail && openAppends();
  const owned = () => {
    if (!appends) throw new NitkaError('internal_error', 'a follower of the spool appends nothing');
    return appends;
  };

  const cursor = (destination: string): Cursor =>
    (meta.get(`cursor:${destination}`) as Cursor | undefined) ?? { next: first(), ranges: [] };

  const pending = (destination: string): Map<string, number> => {
    const counts = new Map<string, number>();
    countInto(counts, cursor(destination).next, savedHead());
    for (const { from, to } of repairs.list(destination)) countInto(counts, from, to);
    return counts;
  };

  const keptFrom = createRetention({ first, head: savedHead, receivedAt }, keepMilliseconds, now);

  const purge = createPurge({
    environment,
    stored,
    ledger,
    rejects,
    repairs,
    cursor,
    transact,
  });
  const oneBackup = createOneAtATime();

  return {
    id,
    earlierIds: (meta.get('earlierIds') as EarlierId[] | undefined) ?? [],
    ledger,
    rejects,
    repairs,
    append: (chunk, { replaces } = {}) => owned().append(encodeOnce(chunk), replaces),
    appendEncoded: (encoded, { replaces } = {}) => owned().append(encoded, replaces),
    settle,
    refresh: () => environment.root.resetReadTxn(),
    written,
    transact,
    ...entries,
    head: () => appends?.head() ?? savedHead(),
    readPages: (range, options) => readPages(stored, range, options),
    cursor,
    saveCursor(destination, value) {
      meta.putSync(`cursor:${destination}`, value);
    },
    enrol(destination) {
      if (meta.get(`cursor:${destination}`) !== undefined) return;
      const waiting = pending(destination);
      meta.putSync(`cursor:${destination}`, cursor(destination));
      for (const [source, { accepted, duplicate, rejected }] of ledger.read()) {
        const missed = accepted - duplicate - rejected - (waiting.get(source) ?? 0);
        if (missed > 0) ledger.editLoaded(source, destination).earlier = missed;
      }
    },
    putBack(sequence, chunk) {
      if (receivedAt(sequence) === null) events.putSync(sequence, encodeChunk(chunk));
    },
    count(from, to) {
      const counts = new Map<string, number>();
      countInto(counts, from, to);
      return counts;
    },
    knows: (messageId) => owned().knows(messageId),
    remember: (messageId) => void addSeen(seenKey(messageId)),
    renew() {
      const earlier = (meta.get('earlierIds') as EarlierId[] | undefined) ?? [];
      meta.putSync('earlierIds', [...earlier, { id: meta.get('id') as string, until: savedHead() }]);
      meta.putSync('id', v7());
    },
    backup: (to) => oneBackup(() => backUpSpool({ environment, segments, releases, transact }, to)),
    release(destinations) {
      if (destinations.length === 0) return;
      const wanted = destinations.flatMap((name) => repairs.list(name).map(({ from }) => from));
      const settled = Math.min(...destinations.map((name) => cursor(name).next), ...wanted, keptFrom());
      const keys = [...events.getKeys({ end: settled })];
      // The last one may reach beyond what is settled, while its range is being halved.
      const whole = settled === savedHead() || events.doesExist(settled) ? keys : keys.slice(0, -1);
      for (const key of whole) events.removeSync(key);
      if (whole.length > 0) releases.release(first());
    },
    notes: createNotes(meta),
    rangeNotes,
    async purge(request) {
      await settle();
      return purge(request);
    },
    scrub: () => scrubSpool({ environment, segments, state, stored, releases, transact }),
    pending,
    books: (destinations) => balance(ledger.read(), destinations, pending),
    lag: (destination) => (appends?.head() ?? savedHead()) - cursor(destination).next,
    waitingBytes: () => group.waitingBytes() + (appends?.waitingBytes() ?? 0),
    async close() {
      await appends?.close();
      await group.idle();
      segments.close();
      room.close();
      rangeNotes.close();
      await environment.close();
    },
  };
};
