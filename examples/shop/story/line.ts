import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The internet line of a shop: while it is cut, nothing gets through, and what was under way is torn off. */
export interface Line {
  readonly port: number;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Passes a free loopback port on to another one. */
export const openLine = async (toPort: number): Promise<Line> => {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.resetAndDestroy();
    const far = connect(toPort, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const tearOff = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      tearOff();
    },
    mend() {
      isCut = false;
    },
    close() {
      tearOff();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
