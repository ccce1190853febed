import { expect, it } from 'vitest';
import { readParameter, writeParameter } from '../../../src/plugins/linker/parameter.ts';
import { idAt } from '../../fakes.ts';

const now = Date.UTC(2026, 5, 1, 12, 0, 0, 999);
const binding = { host: 'pay.example', userAgent: 'Browser/1' };
const written = writeParameter(idAt(1), now, binding);
const read = (text: string, later = 0, bound = binding) => readParameter(text, now + later, 120_000, bound);

it('gives the id back, as long as it lasts', () => {
  expect(read(written)).toBe(idAt(1));
  expect(read(written, 119_999)).toBe(idAt(1));
  expect(read(written, 121_000)).toBeUndefined();
  expect(read(written, -2000)).toBeUndefined();
});

it('is worth nothing on another host or in another browser', () => {
  expect(read(written, 0, { ...binding, host: 'shop.example' })).toBeUndefined();
  expect(read(written, 0, { ...binding, userAgent: 'Browser/2' })).toBeUndefined();
});

it('nothing of it can be changed', () => {
  const [id, time, sum] = written.split('.') as [string, string, string];
  const later = (parseInt(time, 36) + 1).toString(36);
  for (const text of [
    `${idAt(2)}.${time}.${sum}`,
    `${id}.${later}.${sum}`,
    `${id}.${time}.${sum}0`,
    `${id}.${time}`,
    id,
    '',
    '..',
    `${id}..`,
    `${id}.NaN.${sum}`,
    written.slice(0, -1),
  ]) {
    expect(read(text, 2000), text).toBeUndefined();
  }
});

it('carries nothing but visitor ids', () => {
  for (const id of ['<script>', 'GA1.2.3', '00000000-0000-7000-8000-000000000000']) {
    expect(read(writeParameter(id, now, binding)), id).toBeUndefined();
  }
});
