import type { DropCounts } from '@nitka/core';
import { encodeText } from './queue/batch-text.ts';
import type { Body } from './post.ts';

export interface Envelope {
  /** Milliseconds since 1970 by this machine's clock, at this attempt. */
  readonly sentAt: number;
  readonly dropped?: DropCounts | undefined;
  /** Stands in for what an event's own context has not. */
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

const end = encodeText(']}');

/** The body of a request: an envelope around events that are joined already, which are not copied for it. */
export const encodeBody = (text: Uint8Array<ArrayBuffer>, { sentAt, ...head }: Envelope): Body => {
  const start = JSON.stringify({ sentAt: new Date(sentAt).toISOString(), ...head });
  return [encodeText(`${start.slice(0, -1)},"batch":[`), text, end];
};
