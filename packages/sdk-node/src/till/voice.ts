import type { NitkaError } from '@nitka/core';

/** What `nitka-till` says on standard error. */
export interface Voice {
  say(text: string): void;
  /** Says it unless it was said since {@link Voice.forget}: a collector that is away for a week says so once. */
  sayOnce(error: NitkaError, before?: string): void;
  forget(): void;
}

export const createVoice = (stream: {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}): Voice => {
  const said = new Set<string>();
  // A bar of progress may stand in the line.
  const start = stream.isTTY ? '\r\u001b[K' : '';
  const say = (text: string): void => void stream.write(`${start}nitka-till: ${text}\n`);

  return {
    say,
    sayOnce({ code, message }, before = '') {
      const key = `${code} ${before}`;
      if (said.has(key)) return;
      said.add(key);
      say(`${before}${code}: ${message}`);
    },
    forget: () => said.clear(),
  };
};
