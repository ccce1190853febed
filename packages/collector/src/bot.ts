import { isbotMatch } from 'isbot';

const remembered = 1000;

/** Says why a user agent is a bot's, or null. Answers are remembered: the pattern is long, and user agents repeat. */
export const createBotMark = (
  match: (userAgent: string) => string | null = isbotMatch,
): ((userAgent: string | null) => string | null) => {
  const known = new Map<string, string | null>();
  return (userAgent) => {
    if (userAgent === null) return null;
    const found = known.get(userAgent);
    if (found !== undefined) return found;
    const word = match(userAgent);
    const reason = word === null ? null : `user-agent: ${word}`;
    if (known.size >= remembered) known.clear();
    known.set(userAgent, reason);
    return reason;
  };
};
