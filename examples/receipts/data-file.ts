import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside the checkout: it is too large for a repository. */
const besideCheckout = fileURLToPath(new URL('../../../shared/data/online-retail.csv.gz', import.meta.url));

/** Where the data set is: as named, or in `NITKA_RECEIPTS`, or in `shared/data` beside the checkout. */
export const dataFile = (named?: string): string =>
  resolve(named ?? process.env['NITKA_RECEIPTS'] ?? besideCheckout);
