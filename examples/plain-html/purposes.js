// Calls may be pushed before nitka.js has loaded and after.
const nitka = (window.nitka = window.nitka || []);

const banner = document.getElementById('consent');
const key = 'consent-choice';

/** `granted` with the purposes; `cookieless` and `denied` have none. */
const choose = ({ status, purposes }) => {
  nitka.push(['consent', status, purposes]);
  banner.hidden = true;
};

const chosen = localStorage.getItem(key);
if (chosen) choose(JSON.parse(chosen));
else banner.hidden = false;

banner.addEventListener('submit', (event) => {
  event.preventDefault();
  const { analytics, ads } = banner.elements;
  const purposes = { analytics: analytics.checked, ads: ads.checked };
  const isNone = !purposes.analytics && !purposes.ads;
  const { value } = event.submitter;
  // A grant of nothing is a refusal.
  const status = value === 'granted' && isNone ? 'denied' : value;
  const choice = status === 'granted' ? { status, purposes } : { status };
  // Remembering the choice itself needs no consent.
  localStorage.setItem(key, JSON.stringify(choice));
  choose(choice);
});

// As easy to take back as it was to give.
document.getElementById('choose').addEventListener('click', () => (banner.hidden = false));

document.getElementById('like').addEventListener('click', () => nitka.push(['track', 'Page Liked']));
