import { scene, shadow } from './frame.ts';

const boletus = scene(
  {
    id: 'boletus',
    wall: '#ddd0bc',
    floor: '#b08a62',
    definitions: `
      <radialGradient id="boletus-glow" cx=".5" cy=".5" r=".5"><stop offset="0" stop-color="#fff3cf" stop-opacity=".95"/><stop offset="1" stop-color="#fff3cf" stop-opacity="0"/></radialGradient>
      <radialGradient id="boletus-cap" cx=".42" cy=".35" r=".8"><stop offset="0" stop-color="#fffdf4"/><stop offset=".6" stop-color="#fbe9c0"/><stop offset="1" stop-color="#e9c88d"/></radialGradient>
      <linearGradient id="boletus-foot" x1="0" x2="1"><stop offset="0" stop-color="#8c5f38"/><stop offset=".4" stop-color="#c08d5b"/><stop offset="1" stop-color="#7a5030"/></linearGradient>`,
  },
  `
  <ellipse cx="200" cy="225" rx="215" ry="190" fill="url(#boletus-glow)"/>
  ${shadow('boletus', 206, 404, 104)}
  <path d="M184 236h32l6 120c10 4 30 12 36 34 1 6-4 10-12 10h-92c-8 0-13-4-12-10 6-22 26-30 36-34z" fill="url(#boletus-foot)"/>
  <path d="M78 238c0-80 54-132 122-132s122 52 122 132c0 12-12 17-24 17H102c-12 0-24-5-24-17z" fill="url(#boletus-cap)"/>
  <path d="M90 246c20 8 60 12 110 12s90-4 110-12" fill="none" stroke="#d9b273" stroke-width="2" opacity=".7"/>
  <path d="M112 190c8-28 30-50 56-58" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".75"/>
  <path d="M258 396c40 8 60 2 84-8s40-6 58 4" fill="none" stroke="#3b2e22" stroke-width="3"/>`,
);

const luna = scene(
  {
    id: 'luna',
    wall: '#c9ccc0',
    floor: '#c9ccc0',
    horizon: 480,
    definitions: `
      <radialGradient id="luna-glow"><stop offset="0" stop-color="#fff7df" stop-opacity=".9"/><stop offset="1" stop-color="#fff7df" stop-opacity="0"/></radialGradient>
      <radialGradient id="luna-globe" cx=".45" cy=".42" r=".62"><stop offset="0" stop-color="#fffdf5"/><stop offset=".7" stop-color="#fbf1d9"/><stop offset="1" stop-color="#dccba6"/></radialGradient>`,
  },
  `
  <ellipse cx="200" cy="270" rx="230" ry="220" fill="url(#luna-glow)"/>
  <path d="M200 0v142" stroke="#2e2b27" stroke-width="3"/>
  <rect x="190" y="128" width="20" height="18" rx="3" fill="#2e2b27"/>
  <ellipse cx="200" cy="272" rx="132" ry="128" fill="url(#luna-globe)"/>
  <g fill="none" stroke="#c9b78f" stroke-width="1.3" opacity=".75">
    <path d="M118 172c46 12 118 12 164 0M90 206c62 17 158 17 220 0M74 240c70 20 182 20 252 0M68 274c74 21 190 21 264 0M74 308c70 20 182 20 252 0M92 342c60 16 156 16 216 0M122 374c44 11 112 11 156 0"/>
  </g>
  <path d="M122 204c10-22 26-36 44-44" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round" opacity=".7"/>`,
);

const crane = scene(
  {
    id: 'crane',
    wall: '#cdb9a4',
    floor: '#8d6b4c',
    horizon: 396,
    definitions: `
      <radialGradient id="crane-glow"><stop offset="0" stop-color="#ffe9b8" stop-opacity=".85"/><stop offset="1" stop-color="#ffe9b8" stop-opacity="0"/></radialGradient>
      <linearGradient id="crane-shade-fill" x1="0" x2="1"><stop offset="0" stop-color="#f7e6c4"/><stop offset=".5" stop-color="#fdf3da"/><stop offset="1" stop-color="#dcc193"/></linearGradient>`,
  },
  `
  <ellipse cx="134" cy="250" rx="150" ry="170" fill="url(#crane-glow)"/>
  ${shadow('crane', 292, 434, 70, 12)}
  <path d="M292 430V150c0-84-158-92-158-6" fill="none" stroke="#a37a35" stroke-width="6"/>
  <path d="M290 430V150" stroke="#d3ac62" stroke-width="2"/>
  <ellipse cx="292" cy="430" rx="50" ry="9" fill="#7f5d26"/><ellipse cx="292" cy="427" rx="50" ry="8" fill="#b58b43"/>
  <path d="M106 144h56l32 88c-34 12-86 12-120 0z" fill="url(#crane-shade-fill)"/>
  <path d="M74 232c34 12 86 12 120 0" fill="none" stroke="#c5a46b" stroke-width="2.5"/>
  <path d="M120 150l-24 84M134 148v92M148 150l24 84" stroke="#d9c193" stroke-width="1" opacity=".8"/>
  <path d="M20 480c0-92 10-128 60-134 60-8 120-6 150 8 22 10 26 60 26 126z" fill="#66704f"/>
  <path d="M44 480c0-50 6-74 40-78 44-6 84-6 116 2 24 6 30 34 30 76z" fill="#7c8763"/>
  <path d="M84 402c44-6 84-6 116 2" fill="none" stroke="#4f583c" stroke-width="2"/>`,
);

export const lightDrawings = { boletus, luna, crane };
