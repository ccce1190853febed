import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The name of a loader in its group, kept in its folder. */
export interface MemberIdentity {
  id(): string;
  /** Another name from now on. */
  renew(): void;
}

/** What Kafka takes as a `group.instance.id`. */
const fitting = /^[A-Za-z0-9._-]{1,200}$/;

export const openMemberIdentity = (folder: string): MemberIdentity => {
  const path = join(folder, 'kafka-member');
  let id = '';
  const renew = (): void => {
    id = randomUUID();
    writeFileSync(path, id, { mode: 0o600 });
  };
  try {
    id = readFileSync(path, 'utf8').trim();
  } catch {
    // A folder that no loader had before.
  }
  if (!fitting.test(id)) renew();
  return { id: () => id, renew };
};
