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

document.getElementById('like').addEventListener('click', () => nitka.push(['track', 'Page Liked']));
