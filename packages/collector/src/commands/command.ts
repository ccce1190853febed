import { NitkaError } from '@nitka/core';
import type { CAC } from 'cac';
import type { Format } from './print.ts';

/** Puts one command into the program. */
export type RegisterCommand = (cli: CAC) => void;

/** Options of every command that prints. */
export interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/**
 * What the program ends with: 0 is done, `fault` is a failure or something found wrong, `usage` is a command line or a config that
 * cannot be used, so that trying again is of no use.
 */
export const exitCodes = { done: 0, fault: 1, usage: 2 } as const;

/** A command line that makes no sense. */
export const usageError = (detail: string): NitkaError => new NitkaError('command_invalid', detail);

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

export const formatOf = ({ json, csv }: CommonOptions): Format => (json ? 'json' : csv ? 'csv' : 'table');

/** LMDB and the destinations take half a second to import: most commands only ask the collector that runs. */
export const offline = () => import('./offline.ts');

/** @throws NitkaError `command_invalid` */
export const wholeNumber = (name: string, value: unknown): number => {
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || !Number.isSafeInteger(number))
    throw usageError(`${name}: a whole number is expected, not "${String(value)}"`);
  return number;
};
