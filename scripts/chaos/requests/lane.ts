import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createAnswerReader, undocumented } from './answers.ts';
import type { Answer } from './answers.ts';
import type { Hostile } from './generate.ts';

export interface LaneParts {
  readonly port: () => number;
  /** Null: there is nothing more to send. */
  next(): Hostile | null;
  answered(request: Hostile, answer: Answer): void;
  violated(what: string): void;
}

/** Longer than the collector waits for a request, under all this load. */
const silence = 60_000;

/**
 * One connection, and a new one whenever it ends. Sound requests go out several at a time; each must be answered, unless an answer
 * before it closed the connection. Broken bytes may be answered or not, and the connection must come to its end.
 */
export const runLane = ({ port, next, answered, violated }: LaneParts, depth: () => number): Promise<void> =>
  new Promise((resolve) => {
    let waiting: Hostile[] = [];
    let again: Hostile[] = [];
    let isOver = false;

    const take = (): Hostile | null => again.shift() ?? next();

    const open = (): void => {
      const socket: Socket = connect(port(), '127.0.0.1');
      const reader = createAnswerReader();
      let isClosing = false;
      let isBroken = false;
      socket.setNoDelay(true);
      socket.setTimeout(silence, () => {
        if (waiting.length > 0) violated(`no answer within ${silence} ms: ${waiting[0]!.what}`);
        socket.destroy();
      });

      const send = (): void => {
        if (isClosing || isBroken || socket.destroyed) return;
        const room = depth();
        const pieces: Buffer[] = [];
        while (waiting.length < room && !isBroken) {
          const request = take();
          if (!request) {
            isOver = true;
            break;
          }
          waiting.push(request);
          pieces.push(request.bytes);
          isBroken = request.isBroken;
        }
        if (pieces.length > 0) socket.write(Buffer.concat(pieces));
        // The end tells the server that no more of the broken one will come.
        if (isBroken || (isOver && waiting.length === 0)) socket.end();
      };

      const receive = (answer: Answer): void => {
        const [request] = waiting;
        if (answer.headers.get('connection') === 'close') isClosing = true;
        if (request && !request.isBroken) waiting.shift();
        if (request) answered(request, answer);
        else violated(`an answer to nothing: ${answer.status}`);
        const fault = undocumented(answer, request?.method ?? '');
        if (fault) violated(`${fault} ← ${request?.what ?? ''}`);
      };

      socket.on('connect', send);
      socket.on('data', (bytes: Buffer) => {
        try {
          reader.read(bytes, () => waiting[0]?.method ?? '', receive);
        } catch (error) {
          violated((error as Error).message);
          socket.destroy();
        }
        send();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        const left = waiting;
        waiting = [];
        const [first] = left;
        if (first && !first.isBroken && !isClosing && !isBroken)
          violated(`closed without an answer: ${first.what}`);
        // Good ones are sent again, as every client would.
        again = [...left.filter(({ good }) => good !== null), ...again];
        if (isOver && again.length === 0) resolve();
        else open();
      });
    };
    open();
  });
