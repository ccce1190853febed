import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { openTestCollector, serverKey } from './support/collector.ts';

const ask = (port: number, text: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });

it('an answer to broken bytes is never taken for that of a good request before them', async () => {
  const collector = await openTestCollector();
  const port = await collector.listen();
  const body = JSON.stringify({ event: 'E', userId: 'u', messageId: 'before-garbage' });
  const good = `POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${serverKey}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answer = await ask(port, `${good}\x01\x02 no HTTP\r\n\r\n`);
  // Nothing, or what belongs to the good one: its sender never hears that it was malformed.
  expect(answer.startsWith('HTTP/1.1 400')).toBe(false);
  expect(await ask(port, '\x01\x02 no HTTP\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_json"/,
  );
});
