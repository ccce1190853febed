import type { ChunkMeta, EventColumns } from './chunk.ts';
import { blank } from './blank.ts';
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
  /** Of what a destination refused: all that is needed to send it there again. */
  readonly entry?: RefusedEntry;
  /** The visitor's id in the collector's cookie, of what the collector refused. */
  readonly serverVisitorId?: string | null;
  readonly payload: Buffer;
}

export interface RefusedEntry {
  readonly sequence: number;
  readonly meta: ChunkMeta;
  readonly columns: EventColumns;
}

export interface RejectFilter {
  readonly source?: string;
  readonly code?: string;
  readonly destination?: string;
}

export interface Rejects {
  /** Only inside a transaction of the spool. */
  add(reject: Omit<Reject, 'id'>): void;
  /** The newest first. */
  list(limit: number, filter?: RejectFilter): Reject[];
  get(id: number): Reject | null;
  /** A reject from its bytes. */
  read(id: number, value: Buffer): Reject;
  /** False if there is none of this number. Only inside a transaction. */
  remove(id: number): boolean;
  /** Removes them, and leaves nothing of what they held in the pages that they were on. Only inside a transaction. */
  erase(ids: readonly number[]): void;
}

const decode = (id: number, value: Buffer): Reject => {
  const end = 4 + value.readUInt32LE(0);
  const rest = JSON.parse(value.toString('utf8', 4, end)) as Omit<Reject, 'id' | 'payload'>;
  return { ...rest, id, payload: Buffer.from(value.subarray(end)) };
};

export const createRejects = ({ rejects, meta }: Pick<Environment, 'rejects' | 'meta'>): Rejects => {
  /** Also of those that were removed: a number never means another reject. */
  const lastId = (): number => {
    const last = meta.get('lastReject');
    if (typeof last === 'number') return last;
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
      const id = lastId() + 1;
      rejects.putSync(id, bytes);
      meta.putSync('lastReject', id);
    },
    list(limit, filter = {}) {
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
      const found: Reject[] = [];
      for (const { key, value } of rejects.getRange({ reverse: true })) {
        if (found.length >= limit) break;
        const reject = decode(key, value);
        if (wanted.every(([field, wish]) => reject[field as keyof RejectFilter] === wish)) found.push(reject);
      }
      return found;
    },
    get(id) {
      const value = rejects.get(id);
      return value === undefined ? null : decode(id, value);
    },
    read: decode,
    remove(id) {
      if (!rejects.doesExist(id)) return false;
      rejects.removeSync(id);
      return true;
    },
    erase(ids) {
      blank(rejects, ids);
      for (const id of ids) rejects.removeSync(id);
    },
  };
};
