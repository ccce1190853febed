// Loaded into the collector and each of its threads with --import. Tells when something was added to what all objects share, and on
// SIGUSR2 writes what each thread's heap holds after a collection into the file that NITKA_FUZZ_SAMPLES names.
import { appendFileSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

const shared = Object.fromEntries(
  [
    Object,
    Array,
    Function,
    String,
    Number,
    Boolean,
    Map,
    Set,
    Promise,
    RegExp,
    Date,
    Error,
    Buffer,
    Uint8Array,
  ].map((each) => [each.name, each.prototype]),
);
const before = new Map(
  Object.entries(shared).map(([name, object]) => [name, new Set(Reflect.ownKeys(object))]),
);

setInterval(() => {
  for (const [name, object] of Object.entries(shared)) {
    for (const key of Reflect.ownKeys(object)) {
      if (!before.get(name).has(key)) console.error(`POLLUTED ${name}.prototype.${String(key)}`);
    }
  }
}, 500).unref();

const file = process.env.NITKA_FUZZ_SAMPLES;
if (file) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const write = (sample, rss) => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    appendFileSync(file, `${JSON.stringify({ sample, threadId, heapUsed, external, rss })}\n`);
  };
  const channel = new BroadcastChannel('nitka-fuzz-memory');
  channel.unref();
  if (isMainThread) {
    let sample = 0;
    process.on('SIGUSR2', () => {
      sample += 1;
      // Between threads: there is no window, and no origin.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      channel.postMessage(sample);
      // Of its own: pages of mapped files are the kernel's to take back.
      const own = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
      write(sample, Number(own ?? 0) * 1024);
    });
  } else {
    channel.onmessage = ({ data }) => write(data, 0);
  }
}
