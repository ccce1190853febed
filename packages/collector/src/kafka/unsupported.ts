import { NitkaError } from '@nitka/core';

/** Commands that have nothing to work on where the spool is Kafka, with what does their work there. */
export const insteadOf = {
  rejects: 'what was refused is in raw_rejects: nitka-collector query "SELECT * FROM raw_rejects"',
  retry: 'send the payload from raw_rejects to the collector again, or replay its batch_id',
  backup:
    'the replicas of the topic are the copies; keep privacy.keysFile and privacy.vaultPath elsewhere, too',
  restore: 'loaders go on from the topic; replay gives a destination again what it lacks',
} as const;

export type UnsupportedCommand = keyof typeof insteadOf;

export const unsupported = (command: UnsupportedCommand): NitkaError =>
  new NitkaError('kafka_unsupported', `${command}: ${insteadOf[command]}`);

/** @throws NitkaError `kafka_unsupported` where the spool is Kafka */
export const needsLocalSpool = (
  { spool }: { readonly spool: { readonly kafka?: unknown } },
  command: UnsupportedCommand,
): void => {
  if (spool.kafka) throw unsupported(command);
};
