import type { Destination } from '../../src/destinations/destination.ts';
import { makeCertificate } from './certificate.ts';
import { temporaryFolder } from './collector.ts';

/** Why a destination does not open; "null" if it does. */
export const refusalOf = async (destination: Destination): Promise<string> => {
  const error: unknown = await destination.open().then(
    () => null,
    (failure: unknown) => failure,
  );
  await destination.close();
  return String(error);
};

/** The file of an authority that has signed no server's certificate. */
export const otherAuthority = async (): Promise<string> =>
  (await makeCertificate(temporaryFolder())).certFile;
