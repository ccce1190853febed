import { existsSync } from 'node:fs';
import { NitkaError } from '@nitka/core';
import { adminAddress } from '../admin/address.ts';
import { startAdminServer } from '../admin/server.ts';
import type { AdminServer } from '../admin/server.ts';
import { workAsOwnerOf } from './as-owner.ts';

/**
 * Takes the data folder until it is closed, so that no collector can start meanwhile. It makes none: with a config that names the wrong
 * one a command would look into an empty spool, and call it fine.
 *
 * @throws NitkaError `file_unusable` or `spool_in_use`
 */
export const ownFolder = async (dataDir: string): Promise<AdminServer> => {
  if (!existsSync(dataDir))
    throw new NitkaError('file_unusable', `${dataDir}: no collector has run with this dataDir yet`);
  workAsOwnerOf(dataDir);
  return startAdminServer(adminAddress(dataDir), {});
};
