import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errors } from '@nitka/core';
import { parseConfig } from '../src/config-file.ts';
import { openTestCollector } from './support/collector.ts';
import { metricsText } from './support/metrics.ts';
import { createCollectorProcess } from './support/process.ts';
import { setTimeout } from 'node:timers/promises';

const read = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
const text = read('operations.md');
const block = (kind: string): string =>
  new RegExp(`\`\`\`\\w+ ${kind}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';

/** Series that the collector gives, a histogram's parts included. */
const metricsOf = async (): Promise<Set<string>> => {
  const body = await metricsText();
  return new Set([...body.matchAll(/^([a-z_]\w*)(?:\{| )/gm)].map(([, name]) => name!));
};

describe('docs/operations.md', () => {
  it('shows a config that the collector takes, and the answer of /readyz', async () => {
    expect(parseConfig(JSON.parse(block('config')), '/etc/nitka').spool.keepDays).toBe(3);
    const { app } = await openTestCollector();
    expect((await app.inject('/readyz')).json()).toEqual(JSON.parse(block('readyz')));
  });

  it('shows commands that run', async () => {
    const collector = createCollectorProcess({ spool: { keepDays: 3 } });
    await collector.start();
    while (!(await collector.run('query', 'SELECT 1').catch(() => ''))) await setTimeout(100);
    for (const kind of ['check', 'ledger', 'rejects', 'replay', 'backup']) {
      const lines = block(kind).trim().split('\n');
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) {
        const [program, ...args] = line.split(' ');
        expect(program).toBe('nitka-collector');
        const own = args.map((arg) =>
          arg.replace('./backup-of-today', join(dirname(collector.admin), 'backup')),
        );
        // A file that the collector has open cannot be asked by another process.
        if (line.endsWith('--plan')) continue;
        await collector.run(...own);
      }
    }
    expect(await collector.stop('SIGTERM')).toBe(0);
    expect(await collector.run('check', '--plan')).toContain('up to date');
  });

  it('names codes that exist', () => {
    const section = text.slice(text.indexOf('## Troubleshooting by code'));
    const codes = [...section.matchAll(/^\| (`.*?) +\|/gm)].flatMap(([, cell]) => [
      ...cell!.matchAll(/`(\w+)`/g),
    ]);
    expect(codes.length).toBeGreaterThan(10);
    for (const [, code] of codes) expect(errors).toHaveProperty(code!);
  });
});

describe('docs/operations/', () => {
  it('has a dashboard and alerts of metrics that exist, and the page lists them', async () => {
    const known = await metricsOf();
    const dashboard = JSON.parse(read('operations/grafana.json')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...[...read('operations/alerts.yml').matchAll(/expr: (.+(?:\n {10,}.+)*)/g)].map(([, expr]) => expr!),
    ];
    expect(expressions.length).toBeGreaterThan(20);
    const used = new Set(expressions.flatMap((expr) => expr.match(/\b(?:nitka|process|nodejs)_\w+/g) ?? []));
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    const listed = [...text.matchAll(/^\| `(nitka_\w+)`/gm)].map(([, name]) => name!);
    const own = [...known]
      .filter((name) => name.startsWith('nitka_'))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(own)].sort()).toEqual([...listed].sort());
  });

  it('has units that start the program as it is', () => {
    const service = read('operations/nitka.service');
    expect(service).toMatch(/^ExecStart=\S*nitka-collector start --config \S+$/m);
    expect(service).toMatch(/^Requires=nitka\.socket$/m);
    const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(service)?.[1]);
    const { shutdownSeconds } = parseConfig(JSON.parse(block('config')), '/etc/nitka');
    expect(seconds).toBeGreaterThan(shutdownSeconds);
  });
});
