import { createTracker } from '@nitka/browser';
import { forms } from '@nitka/browser/forms';

const nitka = createTracker({
  writeKey: 'YOUR_WRITE_KEY',
  endpoint: 'http://127.0.0.1:8080',
  plugins: [forms()],
});

nitka.page('An import');
document.getElementById('like').addEventListener('click', () => nitka.track('Page Liked'));
document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  event.target.hidden = true;
  document.getElementById('thanks').hidden = false;
});
document.getElementById('visitor').textContent = await nitka.ready();
