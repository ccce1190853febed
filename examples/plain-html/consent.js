// Calls may be pushed before nitka.js has loaded and after.
const nitka = (window.nitka = window.nitka || []);

const banner = document.getElementById('consent');
const key = 'consent-choice';

const choose = (status) => {
  nitka.push(['consent', status]);
  banner.hidden = true;
};

const chosen = localStorage.getItem(key);
if (chosen) choose(chosen);
else banner.hidden = false;

banner.addEventListener('click', ({ target }) => {
  const { choice } = target.dataset;
  if (!choice) return;
  // Remembering the choice itself needs no consent.
  localStorage.setItem(key, choice);
  choose(choice);
});

// As easy to take back as it was to give.
document.getElementById('choose').addEventListener('click', () => (banner.hidden = false));

document.getElementById('like').addEventListener('click', () => nitka.push(['track', 'Page Liked']));

// Nothing else has to be done for Nitka to see a form. Where a site answers itself, an e-mail does not end up in an address.
document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  event.target.hidden = true;
  document.getElementById('thanks').hidden = false;
});
