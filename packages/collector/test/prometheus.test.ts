import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { needsServer, title } from '../../../tests/support/servers.ts';
import { temporaryFolder } from './support/collector.ts';
import { metricsText } from './support/metrics.ts';

const promtool = needsServer('promtool');
const alerts = fileURLToPath(new URL('../../../docs/operations/alerts.yml', import.meta.url));
const dashboard = new URL('../../../docs/operations/grafana.json', import.meta.url);

/** What it says, whether it ends well or not. */
const told = (args: string[], input = ''): string => {
  try {
    return execFileSync(promtool.url, args, { input, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
};

interface Firing {
  readonly alert: string;
  readonly series: string;
  /** A value each minute, as promtool writes them. */
  readonly values: string;
  /** Values by which it stays silent. */
  readonly silent: string;
}

const cases: readonly Firing[] = [
  { alert: 'NitkaDown', series: 'up{job="nitka"}', values: '0x20', silent: '1x20' },
  { alert: 'NitkaRefuses', series: 'nitka_http_answers_total{status="503"}', values: '0+5x20', silent: '5x20' },
  { alert: 'NitkaFails', series: 'nitka_http_answers_total{status="500"}', values: '0+1x20', silent: '1x20' },
  // The first failure of a collector: until then the series is not there.
  { alert: 'NitkaFails', series: 'nitka_http_answers_total{status="500"}', values: '_x12 1x8', silent: '_x20' },
  { alert: 'NitkaDestinationBehind', series: 'nitka_destination_behind_seconds{destination="d"}', values: '400x20', silent: '299x20' },
  { alert: 'NitkaSchema', series: 'nitka_destination_trouble{destination="d",kind="schema"}', values: '1x20', silent: '0x20' },
  { alert: 'NitkaSpool', series: 'nitka_spool_trouble{code="spool_full"}', values: '1x20', silent: '0x20' },
  { alert: 'NitkaDiskFills', series: 'nitka_disk_bytes{state="free"}', values: '100000-500x20', silent: '100000x20' },
]; // prettier-ignore

const testOf = ({ alert, series }: Firing, values: string, fires: boolean): string => `
  - interval: 1m
    input_series: [{ series: '${series}', values: '${values}' }]
    promql_expr_test:
      - expr: count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)
        eval_time: 16m
        exp_samples: [{ labels: '{}', value: ${fires ? 1 : 0} }]`;

describe.skipIf(promtool.missing)(title('Prometheus’ own tool', promtool), () => {
  it('reads the metrics, and has nothing against those of the collector', async () => {
    const body = await metricsText();
    expect(body).toContain('nitka_http_answers_total{');
    // What prom-client says of Node itself has names that the tool would choose otherwise.
    const faults = told(['check', 'metrics'], body).split('\n').filter(Boolean);
    expect(faults.filter((line) => !line.startsWith('nodejs_active_'))).toEqual([]);
    expect(told(['check', 'metrics'], `${body}nitka_broken{ 1\n`)).toContain('error');
  });

  it('takes the rules and every expression of the dashboard', () => {
    expect(told(['check', 'rules', alerts])).toContain('SUCCESS: 8 rules found');
    const { panels } = JSON.parse(readFileSync(dashboard, 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const rules = expressions.map((expr, at) => ({ record: `panel:n${at}`, expr }));
    const file = join(temporaryFolder(), 'panels.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    expect(told(['check', 'rules', file])).toContain(`SUCCESS: ${expressions.length} rules found`);
  });

  it('sees each alert fire when it should, and be silent when not', () => {
    const folder = temporaryFolder();
    copyFileSync(alerts, join(folder, 'alerts.yml'));
    const tests = cases.flatMap((each) => [
      testOf(each, each.values, true),
      testOf(each, each.silent, false),
    ]);
    writeFileSync(join(folder, 'test.yml'), `rule_files: [alerts.yml]\ntests:${tests.join('')}\n`);
    expect(told(['test', 'rules', join(folder, 'test.yml')])).toContain('SUCCESS');
    writeFileSync(
      join(folder, 'wrong.yml'),
      `rule_files: [alerts.yml]\ntests:${testOf(cases[0]!, '1x20', true)}\n`,
    );
    expect(told(['test', 'rules', join(folder, 'wrong.yml')])).toContain('FAILED');
  });
});
