import { DestinationError } from './destination.ts';

/** First characters of an SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const schemaStates = [
  '42',
  '3F',
  '0A',
  '22P03',
  '22P04',
  // NOT NULL: our own columns are filled, so it is one that was added without a default.
  '23502',
];
/** A message id that another writer committed in between: the anti-join of the next attempt sees it. */
const passingStates = ['23505'];
const poisonStates = ['22', '23', '54'];

/** Greenplum takes the temporary tables away from a session whose segment failed: the next one makes them anew. */
const isStaging = (state: string | null, message: string): boolean =>
  state === '42P01' && /nitka_raw_(events|rejects)/.test(message);

const stateOf = (error: unknown): string | null => {
  const { code } = (error ?? {}) as { code?: unknown };
  // Codes of Node's sockets (ECONNRESET) are no SQLSTATE.
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null;
};

/**
 * What a failure means for the batch. All that the server did not say about the rows or the tables is `temporary`, a connection that
 * broke during COMMIT included: the batch's id tells the next attempt whether it got through.
 */
export const postgresFailure = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const state = stateOf(error);
  const is = (states: readonly string[]): boolean =>
    state !== null && states.some((each) => state.startsWith(each));
  const refused = is(schemaStates) ? 'schema' : is(poisonStates) ? 'poison' : 'temporary';
  const kind = is(passingStates) || isStaging(state, message) ? 'temporary' : refused;
  return new DestinationError(kind, state === null ? message : `${message} (SQLSTATE ${state})`, {
    cause: error,
  });
};
