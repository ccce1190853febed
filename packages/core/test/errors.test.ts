import { expect, it } from 'vitest';
import { errors, NitkaError } from '../src/errors.ts';

it('gives each code a text that is a whole sentence', () => {
  for (const [code, { text }] of Object.entries(errors)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(text, code).toMatch(/^[A-Z].+\.$/);
  }
});

it('carries the code, the text and the detail', () => {
  const cause = new Error('EACCES');
  const error = new NitkaError('spool_in_use', 'pid 7', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error.code).toBe('spool_in_use');
  expect(error.message).toBe(`${errors.spool_in_use.text} (pid 7)`);
  expect(error.cause).toBe(cause);
  expect(new NitkaError('internal_error').message).toBe(errors.internal_error.text);
});
