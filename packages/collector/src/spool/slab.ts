const pieceBytes = 256 * 1024;

/**
 * Cuts buffers from larger pieces of memory. A buffer with memory of its own costs Node and the garbage collector as much as some events
 * do. A piece lives as long as any part of it.
 */
export const createSlab = (): ((size: number) => Buffer) => {
  let piece = Buffer.alloc(0);
  let end = 0;
  return (size) => {
    if (size > pieceBytes / 4) return Buffer.allocUnsafeSlow(size);
    if (end + size > piece.length) {
      piece = Buffer.allocUnsafeSlow(pieceBytes);
      end = 0;
    }
    const part = piece.subarray(end, end + size);
    end += size;
    return part;
  };
};
