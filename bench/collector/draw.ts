import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import { drawPicture } from '../shared/picture.ts';
import type { Picture, Plotting } from '../shared/picture.ts';

export const draw = (picture: Picture): string =>
  drawPicture({ Plot: Plot as unknown as Plotting, document: new JSDOM('').window.document }, picture);

export const number = (value: number): string => (Number.isNaN(value) ? '' : value.toLocaleString('en'));
