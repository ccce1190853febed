import { expect, it } from 'vitest';
import { createBytes } from '../../src/destinations/bytes.ts';
import { quoted } from '../../src/destinations/sql-text.ts';

it('writes numbers as the protocols have them', () => {
  const bytes = createBytes(4);
  bytes.uint8(0xab);
  bytes.int16BE(-2);
  bytes.int32BE(1_000_000);
  bytes.int64BE(-3n);
  bytes.int64LE(5n);
  const taken = bytes.take();
  expect(taken.toString('hex')).toBe(
    ['ab', 'fffe', '000f4240', 'fffffffffffffffd', '0500000000000000'].join(''),
  );
});

it('writes a number of 64 bits in two halves as in one piece', () => {
  for (const number of [0n, 1n, -1n, 2n ** 32n, -(2n ** 40n) + 7n, 2n ** 63n - 1n]) {
    const [halves, whole] = [createBytes(1), createBytes(1)];
    const [low, high] = [Number(BigInt.asIntN(32, number)), Number(BigInt.asIntN(32, number >> 32n))];
    halves.halvesBE(high, low);
    halves.halvesLE(low, high);
    whole.int64BE(number);
    whole.int64LE(number);
    expect(halves.take()).toEqual(whole.take());
  }
});

it('writes varints of LEB128', () => {
  const bytes = createBytes(1);
  for (const number of [0, 0x7f, 0x80, 300, 2 ** 31 - 1]) bytes.varint(number);
  expect(bytes.take().toString('hex')).toBe(['00', '7f', '8001', 'ac02', 'ffffffff07'].join(''));
});

it('grows as it must, and begins anew without what was taken', () => {
  const bytes = createBytes(2);
  const source = Buffer.from(Array.from({ length: 200 }, (_, at) => at));
  bytes.part(source, 10, 5);
  bytes.part(source, 0, 100);
  bytes.raw(source.subarray(150));
  expect(bytes.length).toBe(155);
  const first = bytes.take();
  expect(first).toEqual(
    Buffer.concat([source.subarray(10, 15), source.subarray(0, 100), source.subarray(150)]),
  );
  expect(bytes.length).toBe(0);
  bytes.text('Жук', (size) => bytes.varint(size));
  expect(bytes.take()).toEqual(Buffer.concat([Buffer.from([6]), Buffer.from('Жук')]));
  expect(first[0]).toBe(10);
});

it('has a text as a literal that nothing in it can end', () => {
  expect(quoted("O'Neil''; --")).toBe("'O''Neil''''; --'");
});
