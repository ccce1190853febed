import type { Environment } from './environment.ts';

/** An event that was refused, as it is kept. */
export interface Reject {
  readonly id: number;
  readonly source: string;
  readonly code: string;
  readonly detail: string | null;
  readonly messageId: string | null;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The destination that refused it, or null if it was the collector. */
  readonly destination: string | null;
  readonly payload: Buffer;
}

export interface Rejects {
  /** Only inside a transaction of the spool. */
  add(reject: Omit<Reject, 'id'>): void;
  /** The newest first. */
  list(limit: number): Reject[];
}

export const createRejects = ({ rejects }: Pick<Environment, 'rejects'>): Rejects => {
  const lastId = (): number => {
    for (const key of rejects.getKeys({ reverse: true, limit: 1 })) return key;
    return 0;
  };
  return {
    add({ payload, ...rest }) {
      const json = Buffer.from(JSON.stringify(rest));
      const bytes = Buffer.allocUnsafe(4 + json.length + payload.length);
      bytes.writeUInt32LE(json.length, 0);
      json.copy(bytes, 4);
      payload.copy(bytes, 4 + json.length);
      rejects.putSync(lastId() + 1, bytes);
    },
    list(limit) {
      const found: Reject[] = [];
      for (const { key, value } of rejects.getRange({ reverse: true, limit })) {
        const end = 4 + value.readUInt32LE(0);
        const rest = JSON.parse(value.toString('utf8', 4, end)) as Omit<Reject, 'id' | 'payload'>;
        found.push({ ...rest, id: key, payload: Buffer.from(value.subarray(end)) });
      }
      return found;
    },
  };
};
