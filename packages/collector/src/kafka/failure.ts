interface ErrorTree {
  readonly apiId?: string;
  readonly errors?: readonly ErrorTree[];
  readonly cause?: ErrorTree;
}

const below = ({ cause, errors = [] }: ErrorTree): readonly ErrorTree[] => [
  ...(cause ? [cause] : []),
  ...errors,
];

/** Names of the protocol's errors anywhere below an error: https://kafka.apache.org/protocol#protocol_error_codes */
export const protocolErrors = (error: unknown, depth = 0): string[] => {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { apiId } = error as ErrorTree;
  const further = below(error).flatMap((each) => protocolErrors(each, depth + 1));
  return apiId ? [apiId, ...further] : further;
};

/** The client tells that it has tried, and only below that why it failed: each reason once. */
const reasons = (error: unknown, depth = 0): string => {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.replace(/\.$/, '');
  const told = depth > 5 ? [] : below(error as ErrorTree).map((each) => reasons(each, depth + 1));
  return told.length > 0 ? `${message}: ${[...new Set(told)].join('; ')}` : message;
};

/** What happened and why, with the protocol's names for it. */
export const failureText = (error: unknown): string => {
  const names = [...new Set(protocolErrors(error))];
  const text = reasons(error);
  return names.length > 0 ? `${text} (${names.join(', ')})` : text;
};
