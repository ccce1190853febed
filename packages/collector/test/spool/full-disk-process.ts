// Run as a process of its own under a limit of the file size: appends until the spool is full, then says how much it kept.
import { openSpool } from '../../src/spool/spool.ts';
import { chunk } from './full-disk.ts';

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);
const spool = openSpool({ folder: process.argv[2]! });
let kept = 0;
const codes: string[] = [];
while (codes.length < 3) {
  try {
    await spool.append(chunk(kept + codes.length));
    kept++;
  } catch (error) {
    codes.push((error as { code: string }).code);
  }
}
console.log(JSON.stringify({ kept, codes, unhandled }));
process.exit();
