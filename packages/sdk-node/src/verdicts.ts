import { errors, NitkaError, type ErrorCode } from '@nitka/core';

/** What the collector says of one event that it cannot use. */
export interface Verdict {
  readonly messageId: string;
  readonly error: NitkaError;
}

const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errors, value);

/** The events of a batch that the collector keeps in its rejects, as its answer names them. */
export const verdictsOf = (body: unknown): readonly Verdict[] => {
  const { rejected } = (body ?? {}) as { rejected?: unknown };
  if (!Array.isArray(rejected)) return [];
  return rejected.flatMap((entry: unknown) => {
    const { messageId, code } = (entry ?? {}) as { messageId?: unknown; code?: unknown };
    if (typeof messageId !== 'string') return [];
    // A newer collector may know codes that this version does not.
    const known = isErrorCode(code) ? code : 'delivery_refused';
    return [{ messageId, error: new NitkaError(known, `messageId ${messageId.slice(0, 100)}`) }];
  });
};
