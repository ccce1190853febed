/** A program as a host would write it: `till.ts <endpoint> <folder or -> <events> <then>`. */
import { setTimeout as wait } from 'node:timers/promises';
import { diskQueue } from '../../src/disk/index.ts';
import { createTracker } from '../../src/index.ts';

const [endpoint = '', folder = '-', events = '0', then = 'end'] = process.argv.slice(2);

const tracker = createTracker({
  writeKey: 'test-key',
  endpoint,
  ...(folder !== '-' && { queue: diskQueue({ folder }) }),
  ...(then === 'opt-out' && { shutdown: false }),
  ...(then === 'patient' && { closeTimeout: 60_000 }),
});

if (then === 'host-handler') {
  process.on('SIGTERM', () => void wait(300).then(() => process.exit(7)));
}
let unsafe = 0;
const calls = Array.from({ length: Number(events) }, (_, n) =>
  tracker.track({
    event: `e${n}`,
    userId: 'u',
    properties: { text: then === 'fill' ? 'x'.repeat(3000) : 'x' },
  }),
);
if (then === 'fill') {
  const codes = new Set<string>();
  for (const call of calls)
    await call.stored().catch((error: { message: string }) => void (unsafe++, codes.add(error.message)));
  console.log(JSON.stringify({ unsafe, messages: [...codes], pending: tracker.stats().pending }));
  process.exit(0);
}
if (then === 'exit') process.exit(3);
if (then === 'stored') await Promise.all(calls.map((call) => call.stored()));
console.log('ready');
if (then !== 'end') await wait(20_000);
