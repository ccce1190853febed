export interface Scene {
  /** Prefix of the ids inside, unique in the shop. */
  readonly id: string;
  readonly wall: string;
  readonly floor: string;
  /** Where the wall ends, of 480. */
  readonly horizon?: number;
  readonly definitions?: string;
}

/** A drawing of 400 × 480: a wall, a surface, and what stands before them. */
export const scene = (
  { id, wall, floor, horizon = 372, definitions = '' }: Scene,
  things: string,
): string => `
<svg viewBox="0 0 400 480" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
  <defs>
    <linearGradient id="${id}-wall" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="#fff" stop-opacity=".38"/><stop offset="1" stop-color="#3a2c18" stop-opacity=".1"/>
    </linearGradient>
    <radialGradient id="${id}-shade"><stop offset="0" stop-color="#2b2118" stop-opacity=".34"/><stop offset="1" stop-color="#2b2118" stop-opacity="0"/></radialGradient>
    ${definitions}
  </defs>
  <rect width="400" height="480" fill="${wall}"/>
  <rect width="400" height="480" fill="url(#${id}-wall)"/>
  ${horizon < 480 ? `<rect y="${horizon}" width="400" height="${480 - horizon}" fill="${floor}"/><rect y="${horizon}" width="400" height="1.5" fill="#fff" opacity=".25"/>` : ''}
  ${things}
</svg>`;

/** The soft shadow under a thing. */
export const shadow = (id: string, x: number, y: number, width: number, height = 18): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${width}" ry="${height}" fill="url(#${id}-shade)"/>`;
