// @vitest-environment node
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { expect, it } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { createTracker } from '../src/index.ts';
import { forms } from '../src/plugins/forms.ts';
import { createHooks } from '../src/react.ts';
import { createComposables } from '../src/vue.ts';

const options = { writeKey: 'ssr', endpoint: 'https://t.shop.example', plugins: [forms()] };

it('on a server nothing is there to track with, and every call is taken', async () => {
  expect(typeof window).toBe('undefined');
  const tracker = createTracker(options);
  tracker.track('Seen');
  tracker.identify('u-1');
  tracker.on('sent', () => {})();
  await tracker.flush();
  tracker.close();
});

it('React and Vue draw on a server', async () => {
  const { useTrack } = createHooks(createTracker(options));
  const { useTrack: useVueTrack } = createComposables(createTracker(options));
  const element = createElement(() => {
    useTrack('Seen');
    return 'drawn';
  });
  expect(renderToString(element)).toBe('drawn');
  const app = createSSRApp({
    setup() {
      useVueTrack('Seen');
      return () => h('i', 'drawn');
    },
  });
  expect(await renderVue(app)).toBe('<i>drawn</i>');
});
