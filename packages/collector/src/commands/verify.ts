import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NitkaError } from '@nitka/core';
import type { CollectorConfig } from '../config.ts';

/**
 * Runs `nitka-collector verify --newest` before the spool is opened here: a damaged page of LMDB can end the process that reads it, and an
 * operator must be told more than "segmentation fault".
 *
 * @throws NitkaError `spool_corrupt`
 */
export const verifyApart = async ({ dataDir }: CollectorConfig, configPath: string): Promise<void> => {
  const program = process.argv[1] ?? '';
  // From source each process compiles everything anew.
  if (program.endsWith('.ts') || !existsSync(join(dataDir, 'spool', 'data.mdb'))) return;
  const args = [...process.execArgv, program, 'verify', '--newest', '--config', configPath];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4000)));
  const signal = await new Promise<NodeJS.Signals | number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve(killedBy ?? code ?? 0));
  });
  // Whoever has the folder is told of by the lock that the start itself takes.
  if (signal === 0 || said.startsWith('spool_in_use')) return;
  const detail = /spool_corrupt: [^(]*\((.*)\)\s*$/s.exec(said)?.[1];
  throw new NitkaError('spool_corrupt', detail ?? `reading it ended a process with ${signal}`);
};
