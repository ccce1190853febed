import { cpus, release, totalmem, type } from 'node:os';

/** What the figures were measured on. Nothing that identifies the machine. */
export interface Machine {
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
}

export const describeMachine = (): Machine => ({
  system: `${type()} ${release().split('.').slice(0, 2).join('.')}`,
  processor: cpus()[0]?.model.trim() || 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.versions.node,
});
