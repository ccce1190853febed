interface ErrorTree {
  readonly apiId?: string;
  readonly errors?: readonly ErrorTree[];
  readonly cause?: ErrorTree;
}

/** Names of the protocol's errors anywhere below an error: https://kafka.apache.org/protocol#protocol_error_codes */
export const protocolErrors = (error: unknown, depth = 0): string[] => {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { apiId, cause, errors = [] } = error as ErrorTree;
  return [
    ...(apiId ? [apiId] : []),
    ...protocolErrors(cause, depth + 1),
    ...errors.flatMap((each) => protocolErrors(each, depth + 1)),
  ];
};

/** An error's message with the protocol's names for what happened. */
export const failureText = (error: unknown): string => {
  const names = [...new Set(protocolErrors(error))];
  const message = error instanceof Error ? error.message : String(error);
  return names.length > 0 ? `${message} (${names.join(', ')})` : message;
};
