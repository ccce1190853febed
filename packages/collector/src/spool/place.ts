import { at as chunkAt } from './chunk-layout.ts';
import type { ChunkHead } from './chunk.ts';

/**
 * What the index has of a chunk: where it lies in the log, and what its head says. The first 16 bytes are laid out as those of a chunk,
 * which may stand in its place: one that was written before there was a log, one that was changed, or one that was put back.
 */
export interface Place {
  /** The file, and the position in the log. */
  readonly base: number;
  readonly position: number;
  readonly bytes: number;
}

const placeVersion = 0x8000_0001;
const at = { base: 16, position: 24, bytes: 32, source: 36 } as const;

export const encodePlace = (
  { base, position, bytes }: Place,
  { source, accepted, rejected }: ChunkHead,
): Buffer => {
  const length = Buffer.byteLength(source);
  const value = Buffer.alloc(at.source + length);
  value.writeUInt32LE(placeVersion, chunkAt.version);
  value.writeUInt32LE(accepted, chunkAt.accepted);
  value.writeUInt32LE(rejected, chunkAt.rejected);
  value.writeDoubleLE(base, at.base);
  value.writeDoubleLE(position, at.position);
  value.writeUInt32LE(bytes, at.bytes);
  value.write(source, at.source);
  return value;
};

/** Null if the value is a chunk itself. */
export const readPlace = (value: Buffer): Place | null =>
  value.readUInt32LE(chunkAt.version) === placeVersion
    ? {
        base: value.readDoubleLE(at.base),
        position: value.readDoubleLE(at.position),
        bytes: value.readUInt32LE(at.bytes),
      }
    : null;

export const readPlaceHead = (value: Buffer): ChunkHead => ({
  source: value.toString('utf8', at.source),
  accepted: value.readUInt32LE(chunkAt.accepted),
  rejected: value.readUInt32LE(chunkAt.rejected),
});
