import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SlowLine {
  readonly port: number;
  close(): Promise<void>;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A line to a port that takes so many bytes a second from the client. The browser's own emulation delays a body that has gone already. */
export const openSlowLine = async (target: number, bytesPerSecond: number): Promise<SlowLine> => {
  const ends = new Set<Socket>();
  const step = Math.ceil(bytesPerSecond / 20);

  const server = createServer((client) => {
    const far = connect(target, '127.0.0.1');
    for (const [end, other] of [
      [client, far],
      [far, client],
    ] as const) {
      ends.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
    }
    far.pipe(client);
    let sending = Promise.resolve();
    client.on('data', (piece: Buffer) => {
      sending = sending.then(async () => {
        for (let at = 0; at < piece.length && !far.destroyed; at += step) {
          far.write(piece.subarray(at, at + step));
          await pause(50);
        }
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const end of ends) end.destroy();
      }),
  };
};
