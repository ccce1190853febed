import { NitkaError } from '@nitka/core';
import type { Destination } from './destination.ts';

export type Queryable = Destination & Required<Pick<Destination, 'query'>>;

const canBeQueried = (destination: Destination): destination is Queryable => destination.query !== undefined;

/**
 * The destination that a query is for.
 *
 * @param names of all of the config, in its order
 * @param of makes or finds one of them; not asked for more than it takes
 * @param wanted without it the first that can be queried
 * @throws NitkaError `destination_unknown` or `query_not_supported`
 */
export const chooseForQuery = async (
  names: readonly string[],
  of: (name: string) => Destination | Promise<Destination>,
  wanted?: string,
): Promise<{ readonly name: string; readonly destination: Queryable }> => {
  if (wanted !== undefined && !names.includes(wanted)) throw new NitkaError('destination_unknown', wanted);
  for (const name of wanted === undefined ? names : [wanted]) {
    const destination = await of(name);
    if (canBeQueried(destination)) return { name, destination };
  }
  throw new NitkaError('query_not_supported', wanted);
};
