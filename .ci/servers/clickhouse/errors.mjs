/** The code in an engine's message; 1002 is the server's own for an unknown exception. */
export function codeOf(message) {
  return Number(/^Code: (\d+)/.exec(message)?.[1] ?? 1002);
}

const statuses = new Map([
  // Values and text that could not be read, wrong types, syntax.
  ...[6, 7, 26, 27, 32, 36, 38, 41, 43, 53, 62, 70, 72, 117, 131, 441, 456, 457].map((code) => [code, 400]),
  [516, 403],
  // Names that do not exist.
  ...[46, 47, 50, 56, 60, 63, 73, 81, 115, 511].map((code) => [code, 404]),
  [159, 408],
  [164, 500],
  [223, 413],
  [48, 501],
  ...[202, 203, 209, 439].map((code) => [code, 503]),
]);

/** The HTTP status that the server gives an exception. */
export function statusOf(code) {
  return statuses.get(code) ?? 500;
}
