import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { runProgram } from './run.ts';

const demo = 'examples/shop/demo.ts';

it('the demo tells the whole story, finds the thread whole, and can be run again', async () => {
  for (const time of ['first', 'second']) {
    const { code, output } = await runProgram(demo, ['--once']);
    expect(code, `${time} time:\n${output}`).toBe(0);
    expect(output).toContain('The thread is whole.');
    expect(output.match(/✓/g)).toHaveLength(11);
    expect(output).not.toContain('✗');
    expect(output).toContain('+79034172860');
  }
}, 240_000);

it('the demo says in words that a port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, output } = await runProgram(demo, ['--once', '--port', String(port)]);
  other.close();
  expect(code).toBe(1);
  expect(output).toContain(`Port ${port} is taken.`);
});

it('the demo says in words that Chromium cannot start', async () => {
  const { code, output } = await runProgram(demo, ['--once'], { NITKA_CHROMIUM: process.execPath });
  expect(code).toBe(1);
  expect(output).toContain('Chromium could not start');
  expect(output).toContain('NITKA_CHROMIUM');
});
