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

/** The client tells that it has tried, and only below that why it failed: each reason once. */
const reasons = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause, errors = [] } = error as ErrorTree;
  const message = error.message.replace(/\.$/, '');
  const below = depth > 5 ? [] : [...(cause ? [cause] : []), ...errors];
  const told = new Set(below.map((each) => reasons(each, depth + 1)));
  return told.size > 0 ? `${message}: ${[...told].join('; ')}` : message;
};

/** What happened and why, with the protocol's names for it. */
export const failureText = (error: unknown): string => {
  const names = [...new Set(protocolErrors(error))];
  return names.length > 0 ? `${reasons(error)} (${names.join(', ')})` : reasons(error);
};
