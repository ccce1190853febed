import { scene, shadow } from './frame.ts';

const vase = scene(
  {
    id: 'vase',
    wall: '#d3c2ad',
    floor: '#ede4d4',
    definitions: `<radialGradient id="vase-clay" cx=".36" cy=".4" r=".8"><stop offset="0" stop-color="#fbf6ec"/><stop offset=".6" stop-color="#e3d7c3"/><stop offset="1" stop-color="#a99a82"/></radialGradient>`,
  },
  `
  ${shadow('vase', 214, 414, 96)}
  <g fill="none" stroke="#5f5138" stroke-width="3.4" stroke-linecap="round">
    <path d="M200 236C204 170 226 120 268 60M214 168c-20-26-44-40-72-46M232 122c22-10 44-12 66-6"/>
  </g>
  <g fill="#7c8763">
    <path d="M268 60c4-22 18-32 34-34 0 20-10 32-34 34zM258 76c-20 0-32-10-36-26 18-2 32 6 36 26zM298 116c10-16 26-20 42-16-6 16-20 24-42 16zM270 112c0 18-10 30-26 32-2-16 8-30 26-32z"/>
    <path d="M142 122c-18-2-30-14-32-30 18 0 30 10 32 30zM168 134c-8 16-22 22-40 18 4-16 20-24 40-18zM190 148c-10-16-8-32 2-42 12 12 12 28-2 42z"/>
  </g>
  <g fill="#66704f"><path d="M246 98c14 8 20 22 16 38-14-6-22-20-16-38zM208 196c16 0 28 10 30 26-16 2-28-8-30-26z"/></g>
  <path d="M182 232c-2-8 38-8 36 0-4 34 64 66 64 122 0 40-36 60-82 60s-82-20-82-60c0-56 68-88 64-122z" fill="url(#vase-clay)"/>
  <ellipse cx="200" cy="231" rx="18" ry="5" fill="#6d5f48"/>
  <path d="M142 336c4-24 16-42 32-58" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".65"/>
  <g fill="#8f7f64" opacity=".5"><circle cx="236" cy="332" r="1.8"/><circle cx="250" cy="366" r="2.2"/><circle cx="216" cy="386" r="1.6"/><circle cx="182" cy="350" r="1.6"/><circle cx="168" cy="384" r="2"/><circle cx="226" cy="300" r="1.5"/><circle cx="262" cy="346" r="1.5"/></g>`,
);

const candle = scene(
  {
    id: 'candle',
    wall: '#4b4a41',
    floor: '#7a5c3f',
    definitions: `
      <radialGradient id="candle-glow"><stop offset="0" stop-color="#ffd98a" stop-opacity=".75"/><stop offset="1" stop-color="#ffd98a" stop-opacity="0"/></radialGradient>
      <linearGradient id="candle-glass" x1="0" x2="1"><stop offset="0" stop-color="#c9852f"/><stop offset=".35" stop-color="#eebc6a"/><stop offset="1" stop-color="#8d5417"/></linearGradient>`,
  },
  `
  <ellipse cx="200" cy="200" rx="230" ry="210" fill="url(#candle-glow)"/>
  ${shadow('candle', 208, 404, 120)}
  <path d="M118 222h164v158c0 18-18 26-82 26s-82-8-82-26z" fill="url(#candle-glass)"/>
  <path d="M118 258c30 12 134 12 164 0v122c0 18-18 26-82 26s-82-8-82-26z" fill="#f6e6c6" opacity=".82"/>
  <ellipse cx="200" cy="258" rx="82" ry="13" fill="#fdf3da"/>
  <ellipse cx="200" cy="222" rx="82" ry="13" fill="none" stroke="#f2cd8b" stroke-width="3"/>
  <path d="M200 256v-22" stroke="#3a2c1c" stroke-width="3.4" stroke-linecap="round"/>
  <path d="M200 160c20 30 24 46 18 60-4 12-32 12-36 0-6-14-2-30 18-60z" fill="#ffce6b"/><path d="M200 190c10 16 12 24 8 32-3 6-13 6-16 0-4-8-2-16 8-32z" fill="#fff7de"/>
  <rect x="152" y="300" width="96" height="62" fill="#fbf6ea"/><rect x="158" y="306" width="84" height="50" fill="none" stroke="#8a7a5c" stroke-width="1.2"/>
  <path d="M200 314c-10 12-14 20-14 26h28c0-6-4-14-14-26zM200 338v12" fill="none" stroke="#66704f" stroke-width="2"/>
  <path d="M132 236v136" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".4"/>`,
);

const basketRow = (y: number, half: number, shift: number): string => {
  const width = (half * 2) / 12;
  return Array.from({ length: 12 }, (_, i) => {
    const tone = (i + shift) % 2 ? '#b98f5c' : '#d3ad79';
    return `<rect x="${(200 - half + i * width).toFixed(1)}" y="${y}" width="${(width - 1).toFixed(1)}" height="17" rx="7" fill="${tone}"/>`;
  }).join('');
};

const basket = scene(
  { id: 'basket', wall: '#c8cdbd', floor: '#d8c6ab', horizon: 350 },
  `
  ${shadow('basket', 208, 420, 142, 20)}
  <path d="M86 210c-30 0-36 62 6 66M314 210c30 0 36 62-6 66" fill="none" stroke="#8d6639" stroke-width="11" stroke-linecap="round"/>
  <path d="M128 196c-6-50 26-86 74-84 52 2 80 36 72 86z" fill="#e9ebe4"/><path d="M150 190c0-36 20-58 48-58M178 192c6-30 26-46 54-44M220 194c4-16 18-26 38-24" fill="none" stroke="#b7beb5" stroke-width="3"/>
  <path d="M82 200h236l-22 200c-2 14-40 20-96 20s-94-6-96-20z" fill="#a57a48"/>
  ${[204, 224, 244, 264, 284, 304, 324, 344, 364, 384].map((y, i) => basketRow(y, 118 - i * 2.2, i)).join('')}
  <path d="M104 398c16 20 176 20 192 0" fill="none" stroke="#8d6639" stroke-width="9" stroke-linecap="round"/>
  <ellipse cx="200" cy="202" rx="120" ry="13" fill="none" stroke="#8d6639" stroke-width="9"/><ellipse cx="200" cy="200" rx="120" ry="13" fill="none" stroke="#d3ad79" stroke-width="3"/>`,
);

const mirror = scene(
  {
    id: 'mirror',
    wall: '#b9b39f',
    floor: '#8d6b4c',
    horizon: 420,
    definitions: `
      <linearGradient id="mirror-glass" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#eef3f1"/><stop offset=".5" stop-color="#c4d2d1"/><stop offset="1" stop-color="#9fb3b4"/></linearGradient>
      <clipPath id="mirror-cut"><path d="M196 78c66-8 122 40 118 112-2 46 14 72-10 116-26 48-84 62-134 48-58-16-84-62-78-122 4-42-12-72 16-108 22-30 50-42 88-46z"/></clipPath>`,
  },
  `
  <path d="M196 66c74-8 134 44 130 122-2 48 16 80-12 126-28 52-92 66-148 52-64-18-92-70-86-134 4-46-12-78 18-118 24-32 56-44 98-48z" fill="#2b2118" opacity=".18" transform="translate(7 12)"/>
  <path d="M196 66c74-8 134 44 130 122-2 48 16 80-12 126-28 52-92 66-148 52-64-18-92-70-86-134 4-46-12-78 18-118 24-32 56-44 98-48z" fill="#c8a678"/>
  <path d="M196 78c66-8 122 40 118 112-2 46 14 72-10 116-26 48-84 62-134 48-58-16-84-62-78-122 4-42-12-72 16-108 22-30 50-42 88-46z" fill="url(#mirror-glass)"/>
  <g clip-path="url(#mirror-cut)">
    <path d="M70 300 240 60h46L70 360zM140 380 330 116h18L160 380z" fill="#fff" opacity=".4"/>
    <path d="M60 330c60-26 190-26 280 0v80H60z" fill="#7c8763" opacity=".35"/>
  </g>
  <path d="M104 414h192" stroke="#6b4c31" stroke-width="8" stroke-linecap="round"/>
  <path d="M244 410v-22h34v22z" fill="#a9502f"/><path d="M261 388c0-18 6-26 14-32M261 388c-2-14-10-20-16-24" fill="none" stroke="#66704f" stroke-width="3" stroke-linecap="round"/>`,
);

export const detailDrawings = { vase, candle, basket, mirror };
