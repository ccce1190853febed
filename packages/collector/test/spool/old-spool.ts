import { createLedger } from '../../src/ledger.ts';
import { encodeChunk } from '../../src/spool/chunk.ts';
import { openEnvironment } from '../../src/spool/environment.ts';
import { seenKey } from '../../src/spool/seen.ts';
import { chunk, event } from '../support/chunks.ts';

/** Three events as they lay before there was a log: chunks are the values of the index. */
export const leaveOldSpool = async (folder: string): Promise<void> => {
  const environment = openEnvironment(folder);
  const { events, meta, addSeen } = environment;
  const ledger = createLedger(meta);
  await environment.transaction(() => {
    meta.putSync('id', '019a0000-0000-7000-8000-00000000000f');
    events.putSync(1, encodeChunk(chunk(event('old-1'), event('old-2'))));
    events.putSync(3, encodeChunk(chunk(event('old-3', 4000))));
    meta.putSync('head', 4);
    for (const id of ['old-1', 'old-2', 'old-3']) addSeen(seenKey(id));
    ledger.forget();
    ledger.edit('site').accepted += 3;
    ledger.save();
    ledger.forget();
  });
  await environment.close();
};
