// Run as a process of its own: appends with an index that a follower keeps, and prints each id that was answered for, until it is killed.
import { writeSync } from 'node:fs';
import { v4, v7 } from 'uuid';
import { openSpool } from '../../src/spool/spool.ts';
import { chunk, event } from '../support/chunks.ts';

const spool = openSpool({ folder: process.argv[2]!, settling: 'elsewhere', segmentBytes: 64 * 1024 });
const follower = openSpool({ folder: process.argv[2]!, follows: spool.written });
const lane = async (): Promise<never> => {
  for (let at = 0; ; at += 1) {
    const ids = [v7(), v4(), v7()];
    await spool.append(chunk(...ids.map((id) => event(id, 400))));
    // Not through a stream: what it holds would be lost with the process.
    writeSync(1, `${ids.join('\n')}\n`);
    if (at % 10 === 0) await follower.settle();
  }
};
await Promise.all([lane(), lane(), lane()]);
