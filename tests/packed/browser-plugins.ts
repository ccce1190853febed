import { createTracker } from '@nitka/browser';
import { clicks } from '@nitka/browser/clicks';
import { errors } from '@nitka/browser/errors';
import { forms } from '@nitka/browser/forms';
import { pageViews } from '@nitka/browser/page-views';
import { scroll } from '@nitka/browser/scroll';
import { webVitals } from '@nitka/browser/web-vitals';

createTracker({
  writeKey: 'k',
  endpoint: 'https://t.shop.example',
  plugins: [forms(), pageViews(), clicks(), scroll(), errors(), webVitals()],
});
