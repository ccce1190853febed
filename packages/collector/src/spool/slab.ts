const pieceBytes = 256 * 1024;
/** Pieces that are kept for their next use. */
const maxSpare = 16;

/**
 * Cuts buffers from larger pieces of memory. A buffer with memory of its own costs Node and the garbage collector as much as some events
 * do, and memory that is new costs the kernel a page at a time.
 */
export interface Slab {
  cut(size: number): Buffer;
  /** The bytes of a buffer that `cut` gave may be used again. Once for each; one that is never given back only costs its piece. */
  giveBack(part: Buffer): void;
}

interface Piece {
  readonly bytes: Buffer;
  /** How many of its parts are in use. */
  parts: number;
  end: number;
}

export const createSlab = (): Slab => {
  const pieces = new WeakMap<ArrayBufferLike, Piece>();
  const spare: Piece[] = [];
  const newPiece = (): Piece => {
    const piece = { bytes: Buffer.allocUnsafeSlow(pieceBytes), parts: 0, end: 0 };
    pieces.set(piece.bytes.buffer, piece);
    return piece;
  };
  let current: Piece | null = null;

  const nextPiece = (): Piece => (current = spare.pop() ?? newPiece());

  return {
    cut(size) {
      if (size > pieceBytes / 4) return Buffer.allocUnsafeSlow(size);
      const piece: Piece = current && current.end + size <= pieceBytes ? current : nextPiece();
      const part = piece.bytes.subarray(piece.end, piece.end + size);
      piece.end += size;
      piece.parts += 1;
      return part;
    },
    giveBack({ buffer }) {
      const piece = pieces.get(buffer);
      if (!piece) return;
      piece.parts -= 1;
      if (piece.parts > 0) return;
      piece.end = 0;
      if (piece !== current && spare.length < maxSpare) spare.push(piece);
    },
  };
};
