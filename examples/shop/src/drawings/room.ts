/** The room of the home page, 1200 × 760. */
export const room = `
<svg viewBox="0 0 1200 760" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
  <defs>
    <linearGradient id="room-wall" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#e6dac6"/><stop offset="1" stop-color="#cdb99c"/></linearGradient>
    <linearGradient id="room-floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#a47f58"/><stop offset="1" stop-color="#8a6744"/></linearGradient>
    <radialGradient id="room-glow"><stop offset="0" stop-color="#ffefc4" stop-opacity=".95"/><stop offset="1" stop-color="#ffefc4" stop-opacity="0"/></radialGradient>
    <radialGradient id="room-globe" cx=".42" cy=".4" r=".7"><stop offset="0" stop-color="#fffdf6"/><stop offset="1" stop-color="#ecd9b0"/></radialGradient>
    <linearGradient id="room-sofa" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#7d8867"/><stop offset="1" stop-color="#59634a"/></linearGradient>
    <linearGradient id="room-sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#dfe7e4"/><stop offset="1" stop-color="#f7efdc"/></linearGradient>
  </defs>
  <rect width="1200" height="760" fill="url(#room-wall)"/>
  <rect y="590" width="1200" height="170" fill="url(#room-floor)"/>
  <rect y="578" width="1200" height="13" fill="#efe6d5"/>
  <g stroke="#7d5c3b" stroke-width="2" opacity=".45"><path d="M0 640h1200M0 700h1200M180 590v50M520 590v50M860 590v50M340 640v60M720 640v60M1060 640v60M140 700v60M560 700v60M940 700v60"/></g>
  <path d="M120 590 420 140h260L470 590z" fill="#fff6de" opacity=".3"/>
  <rect x="96" y="96" width="268" height="368" fill="#f3ead9"/><rect x="112" y="112" width="236" height="336" fill="url(#room-sky)"/>
  <path d="M112 384c40-34 84-30 118-6s84 22 118-10v80H112z" fill="#9aa583"/><path d="M112 416c60-24 150-20 236 4v28H112z" fill="#7c8763"/>
  <path d="M230 112v336M112 270h236" stroke="#f3ead9" stroke-width="10"/>
  <path d="M60 74h340" stroke="#6b4c31" stroke-width="9" stroke-linecap="round"/>
  <path d="M64 78h88c6 150-6 300-26 500H66c6-180 4-340-2-500z" fill="#f5eee0"/><path d="M90 80c4 170 2 330-6 496M122 80c4 160-4 320-16 496" fill="none" stroke="#d7cbb5" stroke-width="4"/>
  <path d="M308 78h88c-6 160-8 320-2 500h-60c-20-200-32-350-26-500z" fill="#f5eee0"/><path d="M338 80c-4 160 4 320 16 496M370 80c-4 170-2 330 6 496" fill="none" stroke="#d7cbb5" stroke-width="4"/>
  <ellipse cx="770" cy="206" rx="300" ry="250" fill="url(#room-glow)"/>
  <path d="M770 0v112" stroke="#2e2b27" stroke-width="4"/><rect x="758" y="100" width="24" height="22" rx="3" fill="#2e2b27"/>
  <circle cx="770" cy="222" r="106" fill="url(#room-globe)"/>
  <g fill="none" stroke="#cdb98c" stroke-width="1.6" opacity=".8"><path d="M700 142c40 12 100 12 140 0M676 176c56 16 132 16 188 0M666 212c60 18 148 18 208 0M666 248c60 16 148 16 208 0M684 284c50 12 122 12 172 0"/></g>
  <rect x="956" y="150" width="150" height="190" fill="#f7f0e2"/><rect x="956" y="150" width="150" height="190" fill="none" stroke="#8d6b4c" stroke-width="7"/>
  <path d="M986 296c0-60 20-92 46-92s46 32 46 92z" fill="#b9653f"/><circle cx="1032" cy="196" r="24" fill="#e3c48f"/><path d="M976 306h112" stroke="#4d5a4a" stroke-width="6"/>
  <ellipse cx="790" cy="664" rx="360" ry="30" fill="#2b2118" opacity=".22"/>
  <path d="M500 690h560l70 60H420z" fill="#ece2cf"/><path d="M520 704h520l44 34H470z" fill="#4d5a4a"/><path d="M512 712h540M496 724h580" stroke="#d7b27a" stroke-width="4"/>
  <path d="M520 470c0-44 26-66 70-66h390c44 0 70 22 70 66v120H520z" fill="url(#room-sofa)"/>
  <path d="M782 410v130" stroke="#4f583c" stroke-width="3"/>
  <path d="M552 540h464c20 0 26 12 26 34v66H526v-66c0-22 6-34 26-34z" fill="#8a9573"/><path d="M784 544v94" stroke="#59634a" stroke-width="3"/>
  <path d="M480 520c0-24 16-36 38-36s36 12 36 36v128h-74zM1016 520c0-24 16-36 38-36s36 12 36 36v128h-74z" fill="#66704f"/>
  <path d="M500 648v26M1070 648v26" stroke="#5d4027" stroke-width="12" stroke-linecap="round"/>
  <path d="M590 452c30 6 62 4 92-4 12-2 16 4 14 14-6 32-4 60 4 88 2 12-4 16-14 14-34-8-66-8-96 2-12 2-16-4-12-16 8-28 6-56-2-84-2-10 4-16 14-14z" fill="#b9653f"/>
  <path d="M676 470c24 4 50 2 74-6 10-2 14 4 12 12-4 26-2 48 6 72 2 10-4 14-12 12-26-6-52-4-76 4-10 2-14-4-10-14 6-22 4-44-4-66-2-10 2-16 10-14z" fill="#efe6d4"/>
  <path d="M896 400c40-6 84-6 120 0 10 60 12 150 4 222-36 8-84 8-118 0-8-72-10-160-6-222z" fill="#eceee9"/><path d="M924 400c-2 80 0 150 4 224M956 398c0 80 0 156 0 228M988 400c4 80 2 150-2 224" fill="none" stroke="#bcc6c3" stroke-width="3"/>
  <path d="M902 622v20M914 624v20M926 625v20M938 626v20M950 627v20M962 627v20M974 626v20M986 625v20M998 624v20M1010 622v20" stroke="#eceee9" stroke-width="3"/>
  <ellipse cx="1150" cy="672" rx="70" ry="12" fill="#2b2118" opacity=".25"/><path d="M1104 560h96v12h-96zM1116 572l-6 100M1190 572l4 100" fill="#8d6b4c" stroke="#8d6b4c" stroke-width="8"/>
  <path d="M1138 496c-2-6 26-6 24 0-2 18 30 30 30 46 0 14-18 20-42 20s-42-6-42-20c0-16 32-28 30-46z" fill="#f3ebdd"/>
  <path d="M1150 496c2-44 10-72 34-106M1156 450c-16-20-30-28-48-32" fill="none" stroke="#5f5138" stroke-width="4" stroke-linecap="round"/><path d="M1184 390c0-20 10-30 24-34 2 18-8 30-24 34zM1108 418c-16 0-26-10-28-24 16-2 28 8 28 24zM1168 420c-16-4-24-14-22-30 14 2 24 14 22 30zM1132 428c-6 16-18 20-32 18 2-14 14-22 32-18z" fill="#66704f"/>
</svg>`;
