import type { BrowserContext, Page } from 'playwright-core';

/** A person with a browser, who comes and goes. */
export interface Customer {
  /** Opens a page as if by a link or by typing its address. */
  comes(path: string): Promise<Page>;
  /** Closes the page, having sent what waits. */
  leaves(): Promise<void>;
  /** The visitor id that the tracker goes by now. */
  visitorId(): Promise<string>;
}

type TrackerWindow = { nitka: { ready(): Promise<string>; flush(): Promise<void> } };

export const createCustomer = (context: BrowserContext, shop: string): Customer => {
  let page: Page | undefined;

  const here = (): Page => {
    if (!page) throw new Error('the customer has no page open');
    return page;
  };

  return {
    async comes(path) {
      page = await context.newPage();
      await page.goto(shop + path);
      return page;
    },
    visitorId: () => here().evaluate(() => (window as unknown as TrackerWindow).nitka.ready()),
    async leaves() {
      await here().evaluate(() => (window as unknown as TrackerWindow).nitka.flush());
      await here().close({ runBeforeUnload: false });
      page = undefined;
    },
  };
};
