#!/usr/bin/env node
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { NitkaError } from '@nitka/core';
import type { ErrorCode } from '@nitka/core';
import { cac } from 'cac';
import { registerBackup } from './commands/backup-command.ts';
import { registerCheck } from './commands/check-command.ts';
import { registerCheckCookie } from './commands/check-cookie-command.ts';
import { readCommandLine } from './commands/command-line.ts';
import { exitCodes, usageError } from './commands/command.ts';
import { registerForget } from './commands/forget-command.ts';
import { registerHashKey } from './commands/hash-key-command.ts';
import { registerInit } from './commands/init-command.ts';
import { registerKeys } from './commands/keys-command.ts';
import { registerLedger } from './commands/ledger-command.ts';
import { registerQuery } from './commands/query-command.ts';
import { registerReplay } from './commands/replay-command.ts';
import { registerRejects } from './commands/rejects-command.ts';
import { registerRestore } from './commands/restore-command.ts';
import { registerStart } from './commands/start-command.ts';
import { registerVerify } from './commands/verify-command.ts';
import type { LoaderThreadData } from './loader/messages.ts';
import { withCode } from './system-fault.ts';
import { version } from './version.ts';
import type { WorkerThreadData } from './workers/messages.ts';

const cli = cac('nitka-collector');
cli.option('--config <file>', 'The config file', { default: './nitka.json' });
for (const register of [
  registerStart,
  registerCheck,
  registerCheckCookie,
  registerInit,
  registerQuery,
  registerRejects,
  registerReplay,
  registerLedger,
  registerBackup,
  registerRestore,
  registerForget,
  registerHashKey,
  registerKeys,
  registerVerify,
]) {
  register(cli);
}
cli.help();
cli.version(version);

/** What the operator has to write anew: trying again is of no use. */
const unusable = new Set<ErrorCode>([
  'command_invalid',
  'config_invalid',
  'config_missing',
  'config_exists',
  'destination_unknown',
  'forget_invalid',
]);

const exitCodeOf = (error: unknown): number =>
  error instanceof NitkaError && unusable.has(error.code) ? exitCodes.usage : exitCodes.fault;

const fail = (thrown: unknown): void => {
  const isParsers = thrown instanceof Error && thrown.name === 'CACError';
  const error = isParsers ? usageError(thrown.message) : withCode(thrown);
  const text = error instanceof NitkaError ? `${error.code}: ${error.message}` : (error as Error).message;
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCodeOf(error);
};

const runCommand = async (): Promise<void> => {
  try {
    cli.parse(process.argv, { run: false });
    if (cli.options['help'] || cli.options['version']) return;
    const [unknown] = cli.args;
    if (!cli.matchedCommand && unknown !== undefined) throw usageError(`unknown command "${unknown}"`);
    readCommandLine(cli);
    if (!cli.matchedCommand) return cli.outputHelp();
    await cli.runMatchedCommand();
  } catch (error) {
    fail(error);
  }
};

const runThread = async (port: MessagePort): Promise<void> => {
  if ((workerData as Partial<WorkerThreadData>).judges) {
    const { runWorker } = await import('./workers/worker.ts');
    await runWorker(port, workerData as WorkerThreadData);
  } else {
    const { runLoaderWorker } = await import('./loader/worker.ts');
    await runLoaderWorker(port, workerData as LoaderThreadData);
  }
};

// The program is its own loader's thread (loader/thread.ts), and its workers' (workers/thread.ts). Nothing is awaited here: a chunk
// of the built program may import this file, and would never be there for what this file waits for (Node then ends with 13).
void (isMainThread || !parentPort ? runCommand() : runThread(parentPort));
