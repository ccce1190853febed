import { isAbsolute } from 'node:path';
import { NitkaError } from '@nitka/core';

interface SystemError {
  readonly syscall?: unknown;
  readonly message: string;
  readonly path?: unknown;
  /** Of a socket: a path, or a host beside its port. */
  readonly address?: unknown;
  readonly port?: unknown;
}

const isPath = (place: unknown): boolean => typeof place === 'string' && isAbsolute(place);

/** A fault of this file or folder: the system's own words do not always name it. */
export const unusable = (path: string, error: unknown): NitkaError =>
  new NitkaError('file_unusable', `${path}: ${(error as Error).message}`, { cause: error });

/** The error with a code, if it is of the operator's files or addresses; else as it is. */
export const withCode = (error: unknown): unknown => {
  if (error instanceof NitkaError || !(error instanceof Error)) return error;
  const { syscall, message, path, address, port } = error as SystemError;
  if (typeof syscall !== 'string') return error;
  const cause = { cause: error };
  if (isPath(path) || isPath(address)) return new NitkaError('file_unusable', message, cause);
  if (syscall === 'listen' && typeof port === 'number')
    return new NitkaError('listen_failed', message, cause);
  return error;
};
