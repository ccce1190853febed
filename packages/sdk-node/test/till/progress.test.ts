import { expect, it } from 'vitest';
import { createProgress, progressLine } from '../../src/till/progress.ts';

it('shows share, speed and the time that is left', () => {
  expect(progressLine(25_000, 100_000, 10)).toBe(
    '[########----------------------] 25000/100000, 2500/s, 30 s left',
  );
  expect(progressLine(0, 0, 0)).toBe('[##############################] 0/0, 0/s');
});

it('redraws a bar on a terminal and writes lines now and then in a log', () => {
  for (const [isTTY, expected] of [
    [true, 3],
    [false, 1],
  ] as const) {
    let time = 0;
    const written: string[] = [];
    const progress = createProgress({ isTTY, write: (text) => written.push(text) }, () => time);
    for (time = 4000; time <= 12_000; time += 4000) progress.update(time, 20_000);
    progress.end();
    expect(written.filter((text) => text.includes('/20000'))).toHaveLength(expected);
    expect(written.at(-1)).toBe(
      isTTY ? '\r\u001b[K' : '[##################------------] 12000/20000, 1000/s, 8 s left\n',
    );
  }
});
