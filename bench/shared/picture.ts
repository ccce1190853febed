/** One thing, measured on all. Less is better everywhere, unless the title says otherwise. */
export interface Panel {
  readonly title: string;
  /** What the numbers are, below the title. */
  readonly unit: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What stands at the bar's end. */
  readonly text: string;
}

export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  /** Labels of the bars that are ours. */
  readonly ours: readonly string[];
  /** @default 2 */
  readonly columns?: number;
}

/** What is used of @observablehq/plot. */
export interface Plotting {
  plot(options: object): unknown;
  barX(data: readonly Bar[], options: object): unknown;
  text(data: readonly Bar[], options: object): unknown;
  ruleX(data: readonly number[], options: object): unknown;
}

/** The drawing library and a document, from the folder that has them installed. */
export interface DrawingParts {
  readonly Plot: Plotting;
  readonly document: Document;
}

const ink = '#1f2430';
const muted = '#5b6472';
const oursColor = '#0f7b6c';
const theirsColor = '#b9c0ca';
const panelWidth = 450;
const gap = 28;
const rowHeight = 24;

const element = (
  document: Document,
  name: string,
  fields: Record<string, string | number>,
  text?: string,
): Element => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(fields)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
};

const drawPanel = ({ Plot, document }: DrawingParts, { bars }: Panel, ours: readonly string[]): Element => {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  return Plot.plot({
    document,
    width: panelWidth,
    height: bars.length * rowHeight + 24,
    marginLeft: 92,
    marginRight: 64,
    marginTop: 0,
    marginBottom: 24,
    style: { background: 'none', color: muted, fontSize: '11px', fontFamily: 'system-ui, sans-serif' },
    // From zero: a bar's length is the figure.
    x: {
      domain: [0, most || 1],
      label: null,
      grid: true,
      ticks: 4,
      tickFormat: (value: number) => value.toLocaleString('en'),
    },
    y: { domain: bars.map(({ label }) => label), label: null, tickSize: 0, padding: 0.25 },
    marks: [
      Plot.barX(bars, {
        x: 'value',
        y: 'label',
        fill: ({ label }: Bar) => (ours.includes(label) ? oursColor : theirsColor),
      }),
      Plot.text(bars, { x: 'value', y: 'label', text: 'text', dx: 5, textAnchor: 'start', fill: ink }),
      Plot.ruleX([0], { stroke: muted }),
    ],
  }) as Element;
};

/** Small multiples of bars, as the text of an SVG file. */
export const drawPicture = (parts: DrawingParts, picture: Picture): string => {
  const { document } = parts;
  const { panels, ours, columns = 2 } = picture;
  const bars = Math.max(...panels.map((panel) => panel.bars.length));
  const panelHeight = bars * rowHeight + 24 + 52;
  const rows = Math.ceil(panels.length / columns);
  const width = columns * panelWidth + (columns + 1) * gap;
  const height = 84 + rows * (panelHeight + gap);
  const svg = element(document, 'svg', {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    'font-family': 'system-ui, sans-serif',
    role: 'img',
    'aria-label': `${picture.title}. ${picture.subtitle}`,
  });
  // Its own ground: README pages are light or dark.
  svg.append(element(document, 'rect', { width, height, rx: 10, fill: '#fbfbf9' }));
  const say = (x: number, y: number, size: number, fill: string, text: string, weight = 400): void =>
    svg.append(element(document, 'text', { x, y, 'font-size': size, fill, 'font-weight': weight }, text));
  say(gap, 38, 20, ink, picture.title, 600);
  say(gap, 60, 12, muted, picture.subtitle);
  panels.forEach((panel, index) => {
    const x = gap + (index % columns) * (panelWidth + gap);
    const y = 84 + Math.floor(index / columns) * (panelHeight + gap);
    say(x, y + 16, 14, ink, panel.title, 600);
    say(x, y + 34, 11, muted, panel.unit);
    const plot = drawPanel(parts, panel, ours);
    plot.setAttribute('x', String(x));
    plot.setAttribute('y', String(y + 48));
    svg.append(plot);
  });
  return svg.outerHTML;
};
