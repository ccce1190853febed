import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../../../tests/support/chromium.ts';
import { startCollector, type CollectorProcess } from '../../../tests/support/collector.ts';
import { createShop } from '../server.ts';
import { openCounter, type Counter } from './counter.ts';

/** Everything that runs while the story is told. */
export interface Stage {
  readonly collector: CollectorProcess;
  /** Stands before the collector. */
  readonly counter: Counter;
  readonly browser: Browser;
  /** Address of the shop. */
  readonly shop: string;
  /** Write key of the tills. */
  readonly tillKey: string;
}

/** A failure whose message says all there is to say. */
export class StageError extends Error {}

const keys = { browser: 'demo-shop-pages', backend: 'demo-shop-backend-secret', tills: 'demo-tills-secret' };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const usualPort = 4170;

/** The port asked for, or the usual one, or another one if that is taken. */
const choosePort = async (asked: number | undefined): Promise<number> => {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked;
    throw new StageError(`Port ${asked} is taken. Stop what uses it, or leave out --port.`);
  }
  for (let port = usualPort; port < usualPort + 50; port++) if (await isFree(port)) return port;
  throw new StageError(`No port from ${usualPort} to ${usualPort + 49} is free. Name one with --port.`);
};

const openBrowser = async (): Promise<Browser> => {
  try {
    return await launchChromium({ handleSIGINT: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StageError(
      `Chromium could not start:\n${reason}\n\nName an installed Chrome or Chromium in NITKA_CHROMIUM, or install one.`,
    );
  }
};

/**
 * Starts the collector, the shop and the browser.
 *
 * @param onClose is told of each thing that has to be closed, in the order in which they were opened
 */
export const openStage = async (
  port: number | undefined,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<Stage> => {
  const shopPort = await choosePort(port);
  const shop = `http://localhost:${shopPort}`;
  const collector = await startCollector({
    config: {
      // The shop stands before the collector and says whom it speaks for.
      trustProxy: ['127.0.0.1'],
      sources: [
        {
          name: 'shop',
          kind: 'browser',
          writeKey: keys.browser,
          origins: [shop, `http://127.0.0.1:${shopPort}`],
        },
        { name: 'shop-backend', kind: 'server', writeKeySha256: sha256(keys.backend) },
        { name: 'tills', kind: 'server', writeKeySha256: sha256(keys.tills) },
      ],
    },
  });
  onClose(() => collector.close());
  const counter = await openCounter(collector.port);
  onClose(() => counter.close());
  const server = await createShop({
    collector: counter.url,
    browserKey: keys.browser,
    serverKey: keys.backend,
  });
  await server.listen({ host: '127.0.0.1', port: shopPort });
  onClose(() => server.close());
  const browser = await openBrowser();
  onClose(() => browser.close());
  return { collector, counter, browser, shop, tillKey: keys.tills };
};
