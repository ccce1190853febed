// Run as a process of its own. `leave`: appends, and ends as if it were killed, with nothing of it in the index. `start`: opens the spool under
// a limit of the file size, and says what it has.
import { openSpool } from '../../src/spool/spool.ts';
import { chunk } from './full-disk.ts';

const [, , folder, task, chunks] = process.argv;
if (task === 'leave') {
  const spool = openSpool({ folder: folder!, settling: 'elsewhere' });
  await Promise.all(Array.from({ length: Number(chunks) }, (_, n) => spool.append(chunk(n, 100))));
} else {
  const spool = openSpool({ folder: folder! });
  console.log(JSON.stringify({ head: spool.head(), knows: spool.knows('event-0-0') }));
}
process.exit();
