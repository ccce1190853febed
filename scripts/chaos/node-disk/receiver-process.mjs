/** `node receiver-process.mjs <file> <port>`: notes every event of a batch in the file, syncs it, then answers 200. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  openSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';

const [path, port] = process.argv.slice(2);

// A line that the kill cut off was never answered for.
if (existsSync(path)) {
  const bytes = readFileSync(path);
  truncateSync(path, bytes.lastIndexOf(10) + 1);
}
const file = openSync(path, 'a');

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { batch } = JSON.parse(Buffer.concat(chunks).toString());
    writeSync(file, batch.map((event) => `${JSON.stringify(event)}\n`).join(''));
    fdatasyncSync(file);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
  });
})
  .listen(Number(port), '127.0.0.1', function () {
    console.log(this.address().port);
  })
  .on('error', () => {
    closeSync(file);
    process.exitCode = 1;
  });
