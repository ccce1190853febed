import { scene, shadow } from './frame.ts';

/** Fringe along a line from x1 to x2 at y. */
const fringe = (x1: number, x2: number, y: number, colour: string, lean = 0): string => {
  const threads = Array.from({ length: Math.floor((x2 - x1) / 8) + 1 }, (_, i) => {
    const x = x1 + i * 8;
    return `M${x} ${y}q${lean + (i % 3) - 1} 10 ${lean * 2 + ((i * 5) % 4) - 2} 21`;
  });
  return `<path d="${threads.join('')}" fill="none" stroke="${colour}" stroke-width="2.4" stroke-linecap="round"/>`;
};

const throwDrawing = scene(
  {
    id: 'throw',
    wall: '#d7dad7',
    floor: '#b9a68c',
    horizon: 404,
    definitions: `
      <linearGradient id="throw-wool" x1="0" x2="1"><stop offset="0" stop-color="#e9ebe8"/><stop offset=".45" stop-color="#f8f8f4"/><stop offset="1" stop-color="#c3cac8"/></linearGradient>
      <pattern id="throw-weave" width="22" height="22" patternUnits="userSpaceOnUse"><path d="M0 11 11 0 22 11 11 22z" fill="none" stroke="#93a09f" stroke-width="1.6" opacity=".75"/></pattern>`,
  },
  `
  ${shadow('throw', 204, 430, 150, 14)}
  <g stroke="#7c5a3b" stroke-width="11" stroke-linecap="round"><path d="M92 430 128 96M308 430 272 96"/></g>
  <path d="M86 430 122 96M302 430 266 96" stroke="#a57e57" stroke-width="3" stroke-linecap="round"/>
  <path d="M104 150h192" stroke="#8b6746" stroke-width="10" stroke-linecap="round"/>
  <path d="M122 142c40-8 116-8 156 0 6 70 14 140 10 196-46 10-130 10-176 0-4-56 4-126 10-196z" fill="url(#throw-wool)"/>
  <path d="M122 142c40-8 116-8 156 0 6 70 14 140 10 196-46 10-130 10-176 0-4-56 4-126 10-196z" fill="url(#throw-weave)"/>
  <path d="M164 140c-6 70-8 140-4 204M236 140c6 66 8 140 4 204" fill="none" stroke="#a9b2b1" stroke-width="3" opacity=".55"/>
  ${fringe(114, 286, 341, '#e6e9e6')}
`,
);

const bedding = scene(
  {
    id: 'bedding',
    wall: '#d5cabb',
    floor: '#a98764',
    horizon: 410,
    definitions: `
      <linearGradient id="bedding-cover" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#cfd9da"/><stop offset="1" stop-color="#93a6aa"/></linearGradient>
      <linearGradient id="bedding-pillow" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#fbf8f1"/><stop offset="1" stop-color="#d9d2c3"/></linearGradient>`,
  },
  `
  ${shadow('bedding', 200, 436, 190, 12)}
  <path d="M28 196c0-30 20-46 50-46h244c30 0 50 16 50 46v120H28z" fill="#9b7650"/>
  <path d="M44 200c0-22 16-36 38-36h236c22 0 38 14 38 36v110H44z" fill="#b48d63"/>
  <path d="M64 262c-8-34 0-58 30-62 30-5 64-5 84 2 18 8 20 36 14 60z" fill="url(#bedding-pillow)"/>
  <path d="M208 262c-6-24-4-52 14-60 20-7 54-7 84-2 30 4 38 28 30 62z" fill="url(#bedding-pillow)"/>
  <path d="M84 214c14 10 24 22 28 38M316 214c-14 10-24 22-28 38M170 216c-8 8-12 18-12 30" fill="none" stroke="#c9bfac" stroke-width="2"/>
  <path d="M22 282c60-30 120-34 178-32s118 2 178 32c4 44 6 84 2 120-40 20-70 6-98 14s-50 10-82 2-60 6-92 0-56 6-88-14c-4-38-2-78 2-122z" fill="url(#bedding-cover)"/>
  <path d="M22 282c60-30 120-34 178-32s118 2 178 32l-4 22c-58-26-116-30-174-30s-116 6-174 30z" fill="#e8eeec"/>
  <path d="M96 300c10 34 8 70-2 108M204 290c-12 40-10 84-4 124M302 300c-6 34 4 74 0 110M150 330c8 24 8 40 4 60M252 322c-8 26-2 44 4 66" fill="none" stroke="#7d9297" stroke-width="2.2" opacity=".55"/>`,
);

const cushion = scene(
  {
    id: 'cushion',
    wall: '#dccab9',
    floor: '#6f785a',
    horizon: 356,
    definitions: `
      <radialGradient id="cushion-front" cx=".4" cy=".35" r=".9"><stop offset="0" stop-color="#cf7f56"/><stop offset="1" stop-color="#8f4526"/></radialGradient>
      <radialGradient id="cushion-back" cx=".4" cy=".35" r=".9"><stop offset="0" stop-color="#f0e8d8"/><stop offset="1" stop-color="#c8b99c"/></radialGradient>
      <pattern id="cushion-rib" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(8)"><path d="M0 0v9" stroke="#6b2f16" stroke-width="1.2" opacity=".28"/></pattern>`,
  },
  `
  <rect y="356" width="400" height="124" fill="#5d664a" opacity=".35"/>
  <path d="M0 300c60-14 340-14 400 0v80H0z" fill="#808a66"/><path d="M0 300c60-14 340-14 400 0" fill="none" stroke="#a0a986" stroke-width="3"/>
  ${shadow('cushion', 208, 392, 158, 20)}
  <path d="M150 138c40 10 110 8 154-6 14-4 22 4 20 18-8 60-4 130 6 180 4 14-6 22-20 18-50-12-106-12-156 2-14 4-24-4-20-20 12-60 12-120 0-172-4-14 4-24 16-20z" fill="url(#cushion-back)" transform="rotate(7 240 240)"/>
  <path d="M78 176c50 10 118 8 170-8 16-4 26 4 22 20-10 64-6 128 8 184 4 16-6 26-22 20-56-16-120-14-172 2-16 4-26-6-20-22 16-58 14-118-4-176-4-16 4-24 18-20z" fill="url(#cushion-front)"/>
  <path d="M78 176c50 10 118 8 170-8 16-4 26 4 22 20-10 64-6 128 8 184 4 16-6 26-22 20-56-16-120-14-172 2-16 4-26-6-20-22 16-58 14-118-4-176-4-16 4-24 18-20z" fill="url(#cushion-rib)"/>
  <path d="M84 192c16 22 26 40 30 62M256 184c-14 18-22 36-24 56M88 376c14-14 24-30 28-46M258 376c-16-10-26-26-30-42" fill="none" stroke="#7c381d" stroke-width="2.4" opacity=".7" stroke-linecap="round"/>`,
);

const towels = scene(
  {
    id: 'towels',
    wall: '#e2dccb',
    floor: '#e2dccb',
    horizon: 480,
    definitions: `
      <pattern id="towels-waffle" width="11" height="11" patternUnits="userSpaceOnUse"><path d="M0 0h11M0 0v11" stroke="#2b2118" stroke-width="1.1" opacity=".16"/></pattern>
      <linearGradient id="towels-fold" x1="0" x2="1"><stop offset="0" stop-color="#fff" stop-opacity=".35"/><stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#2b2118" stop-opacity=".2"/></linearGradient>`,
  },
  `
  <rect x="36" y="92" width="328" height="16" rx="8" fill="#9b7650"/><rect x="36" y="92" width="328" height="5" rx="2.5" fill="#c39a6d"/>
  ${(
    [
      [58, '#f4efe2', 338],
      [154, '#7d8a6a', 372],
      [250, '#b9653f', 318],
    ] as const
  )
    .map(
      ([x, colour, end]) => `
  <path d="M${x + 9} 98h92l6 ${end - 88}h-104z" fill="#2b2118" opacity=".09"/>
  <path d="M${x} 90c0-10 92-10 92 0l4 ${end - 90}c-30 8-70 8-100 0z" fill="${colour}"/>
  <path d="M${x} 90c0-10 92-10 92 0l4 ${end - 90}c-30 8-70 8-100 0z" fill="url(#towels-waffle)"/>
  <path d="M${x} 90c0-10 92-10 92 0l4 ${end - 90}c-30 8-70 8-100 0z" fill="url(#towels-fold)"/>
  <path d="M${x - 3} ${end - 34}c30 8 68 8 98 0M${x - 3} ${end - 24}c30 8 68 8 98 0" fill="none" stroke="#fff" stroke-width="3" opacity=".6"/>`,
    )
    .join('')}`,
);

const rug = scene(
  {
    id: 'rug',
    wall: '#d8cdbb',
    floor: '#b9946c',
    horizon: 150,
    definitions: `<linearGradient id="rug-light" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#2b2118" stop-opacity=".2"/><stop offset="1" stop-color="#fff" stop-opacity=".12"/></linearGradient>`,
  },
  `
  <g stroke="#9a7650" stroke-width="1.5" opacity=".6"><path d="M0 190h400M0 240h400M0 306h400M0 390h400M120 150 60 480M200 150v330M280 150l60 330"/></g>
  <path d="M110 196h180l84 236H26z" fill="#2b2118" opacity=".16" transform="translate(4 8)"/>
  <path d="M110 196h180l84 236H26z" fill="#ece2cf"/>
  <path d="M124 210h152l66 208H58z" fill="#4d5a4a"/>
  <g fill="none" stroke="#d7b27a" stroke-width="3">
    <path d="M121 220h158M116 236l12-8 12 8 12-8 12 8 12-8 12 8 12-8 12 8 12-8 12 8 12-8 12 8 12-8 10 6"/>
  </g>
  <g fill="none" stroke="#ece2cf" stroke-width="3.4"><path d="M112 254h176M105 276h190M97 302h206M88 332h224M78 366h244M66 402h268"/></g>
  <g fill="none" stroke="#b9653f" stroke-width="5"><path d="M109 265h182M101 289h198M93 317h214M83 349h234M72 384h256"/></g>
  <path d="M110 196h180l84 236H26z" fill="url(#rug-light)"/>
  ${fringe(28, 372, 432, '#ece2cf', 1)}
  <path d="M0 0h400v150H0z" fill="#fff" opacity=".08"/>
  <path d="M262 30h96v120h-96z" fill="#eef0ea"/><path d="M310 30v120M262 90h96" stroke="#c7b79c" stroke-width="4"/>
  <rect x="258" y="26" width="104" height="128" fill="none" stroke="#c7b79c" stroke-width="7"/>`,
);

export const textileDrawings = { throw: throwDrawing, bedding, cushion, towels, rug };
