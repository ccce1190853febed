import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** One line of `nitka-collector ledger --json`: a source as one destination sees it. */
export interface LedgerLine {
  readonly source: string;
  readonly accepted: number;
  readonly loaded: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly pending: number;
  readonly balanced: boolean;
}

const command = fileURLToPath(new URL('../packages/collector/dist/main.js', import.meta.url));

/** The books of a collector in this folder. Rejects if they do not balance: the command then ends with 1. */
export const ledgerOf = async (folder: string): Promise<LedgerLine[]> => {
  const args = [command, 'ledger', '--config', `${folder}/nitka.json`, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as LedgerLine[];
};
