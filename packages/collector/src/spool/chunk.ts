/**
 * One chunk is what one request brought: a fixed head that is read without parsing, one JSON text with the columns of
 * all entries, then their raw bytes end to end. Measured: one JSON text a request costs a quarter of one an event.
 */

/** What all entries of a request share. Times are milliseconds since 1970. */
export interface ChunkMeta {
  readonly source: string;
  readonly kind: 'browser' | 'server';
  readonly receivedAt: number;
  readonly serverVisitorId: string | null;
  readonly batchContext: string | null;
}

/** The columns that were taken from an event before it went to disk. */
export interface EventColumns {
  readonly messageId: string;
  readonly type: string;
  readonly event: string | null;
  readonly anonymousId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly sequence: number | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly occurredAt: number;
  readonly originalTimestamp: number | null;
  readonly sentAt: number | null;
  readonly library: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly bot: string | null;
}

export interface AcceptedEntry {
  readonly columns: EventColumns;
  readonly payload: Buffer;
}

export interface RejectedEntry {
  readonly code: string;
  readonly detail: string | null;
  readonly messageId: string | null;
  readonly payload: Buffer;
}

export type Entry = AcceptedEntry | RejectedEntry;

export interface Chunk {
  readonly meta: ChunkMeta;
  readonly entries: readonly Entry[];
}

export const isAccepted = (entry: Entry): entry is AcceptedEntry => 'columns' in entry;

const version = 1;
const headBytes = 16;

type PackedEvent = [number, ...(string | number | null)[]];

const packEntry = (entry: Entry): PackedEvent => {
  const size = entry.payload.length;
  if (!isAccepted(entry)) return [-size - 1, entry.code, entry.detail, entry.messageId];
  const c = entry.columns;
  return [
    size, c.messageId, c.type, c.event, c.anonymousId, c.userId, c.sessionId, c.sequence, c.phone, c.email, c.occurredAt,
    c.originalTimestamp, c.sentAt, c.library, c.ip, c.userAgent, c.bot,
  ]; // prettier-ignore
};

const unpackEntry = (packed: PackedEvent, payload: Buffer): Entry => {
  const p = packed as [number, ...never[]];
  if (p[0] < 0) return { code: p[1]!, detail: p[2]!, messageId: p[3]!, payload };
  return {
    columns: {
      messageId: p[1]!, type: p[2]!, event: p[3]!, anonymousId: p[4]!, userId: p[5]!, sessionId: p[6]!, sequence: p[7]!,
      phone: p[8]!, email: p[9]!, occurredAt: p[10]!, originalTimestamp: p[11]!, sentAt: p[12]!, library: p[13]!, ip: p[14]!,
      userAgent: p[15]!, bot: p[16]!,
    },
    payload,
  }; // prettier-ignore
};

export const encodeChunk = (chunk: Chunk): Buffer => {
  const source = Buffer.from(chunk.meta.source);
  const json = Buffer.from(JSON.stringify([chunk.meta, chunk.entries.map(packEntry)]));
  let size = headBytes + source.length + json.length;
  let accepted = 0;
  for (const entry of chunk.entries) {
    size += entry.payload.length;
    if (isAccepted(entry)) accepted += 1;
  }
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeUInt16LE(version, 0);
  bytes.writeUInt16LE(source.length, 2);
  bytes.writeUInt32LE(accepted, 4);
  bytes.writeUInt32LE(chunk.entries.length - accepted, 8);
  bytes.writeUInt32LE(json.length, 12);
  source.copy(bytes, headBytes);
  json.copy(bytes, headBytes + source.length);
  let at = headBytes + source.length + json.length;
  for (const entry of chunk.entries) at += entry.payload.copy(bytes, at);
  return bytes;
};

export interface ChunkHead {
  readonly source: string;
  readonly accepted: number;
  readonly rejected: number;
}

export const readChunkHead = (bytes: Buffer): ChunkHead => ({
  source: bytes.toString('utf8', headBytes, headBytes + bytes.readUInt16LE(2)),
  accepted: bytes.readUInt32LE(4),
  rejected: bytes.readUInt32LE(8),
});

export const decodeChunk = (bytes: Buffer): Chunk => {
  if (bytes.readUInt16LE(0) !== version)
    throw new Error(`spool chunk of unknown version ${bytes.readUInt16LE(0)}`);
  const jsonStart = headBytes + bytes.readUInt16LE(2);
  const jsonEnd = jsonStart + bytes.readUInt32LE(12);
  const [meta, packed] = JSON.parse(bytes.toString('utf8', jsonStart, jsonEnd)) as [ChunkMeta, PackedEvent[]];
  let at = jsonEnd;
  const entries = packed.map((entry) => {
    const size = entry[0] < 0 ? -entry[0] - 1 : entry[0];
    at += size;
    return unpackEntry(entry, bytes.subarray(at - size, at));
  });
  return { meta, entries };
};
