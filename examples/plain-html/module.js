import { createTracker } from '@nitka/browser';
import { forms } from '@nitka/browser/forms';

const nitka = createTracker({
  writeKey: 'YOUR_WRITE_KEY',
  endpoint: 'http://127.0.0.1:8080',
  plugins: [forms()],
});

nitka.page('An import');
document.getElementById('like').addEventListener('click', () => nitka.track('Page Liked'));
document.getElementById('visitor').textContent = await nitka.ready();
