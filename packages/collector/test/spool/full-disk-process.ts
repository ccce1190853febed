// Run as a process of its own under a limit of the file size: appends until the spool is full, then says which of them it kept.
import { openSpool } from '../../src/spool/spool.ts';
import { chunk } from './full-disk.ts';

let unhandled = 0;
process.on('unhandledRejection', () => unhandled++);
const settling = process.argv[3] === 'elsewhere' ? 'elsewhere' : 'at once';
const spool = openSpool({ folder: process.argv[2]!, settling });
const kept: number[] = [];
const refused: number[] = [];
const codes: string[] = [];
for (let n = 0; codes.length < 3; n += 1) {
  try {
    await spool.append(chunk(n));
    kept.push(n);
  } catch (error) {
    codes.push((error as { code: string }).code);
    refused.push(n);
  }
}
console.log(JSON.stringify({ kept, refused, codes, unhandled }));
process.exit();
