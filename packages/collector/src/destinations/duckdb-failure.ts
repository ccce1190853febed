import { DestinationError } from './destination.ts';

/** What a failure of DuckDB means for the batch. */
export const duckdbFailure = (error: unknown): DestinationError => {
  if (error instanceof DestinationError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // DuckDB puts the kind of its errors first: https://duckdb.org/docs/stable/dev/error (ExceptionType)
  if (/^(Catalog|Binder|Parser) Error/.test(message))
    return new DestinationError('schema', message, { cause: error });
  // A RangeError is ours: a time or a number that is no integer.
  const poison = /^(Conversion|Constraint|Invalid Input|Out of Range|Invalid unicode)/i.test(message);
  if (poison || error instanceof RangeError) return new DestinationError('poison', message, { cause: error });
  return new DestinationError('temporary', message, { cause: error });
};
