import { Resolver } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { readConfig } from '../config-file.ts';
import { defaults } from '../config.ts';
import { exitCodes, say, usageError } from './command.ts';
import type { CommonOptions, RegisterCommand } from './command.ts';

interface Options extends CommonOptions {
  readonly collector?: string;
  readonly cookie?: string;
  readonly writeKey?: string;
}

const urlOf = (what: string, text: string): string => {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw usageError(`${what}: an address is expected, as https://shop.example`);
  return text;
};

export const registerCheckCookie: RegisterCommand = (cli) => {
  cli
    .command(
      'check-cookie <site>',
      'Say how long browsers keep the visitor id of a site, and why; exit 1 for a week or less',
    )
    .option('--collector <url>', 'Where the pages send to; default: the site itself')
    .option('--cookie <name>', 'Default: visitorCookie.name of the config')
    .option('--write-key <key>', 'The key in the pages; default: the first one of the config')
    .option('--json', 'As JSON')
    .example('nitka-collector check-cookie https://shop.example --collector https://c.shop.example')
    .action(async (site: string, options: Options) => {
      // It looks from outside: a machine without the config will do.
      const config = existsSync(options.config) ? readConfig(options.config) : null;
      const { observe } = await import('../cookie-check/observe.ts');
      const { reportOf, wordsOf } = await import('../cookie-check/report.ts');
      const ownKey = config?.sources.find(({ kind }) => kind === 'browser')?.writeKey;
      const search = await observe(
        {
          page: urlOf('site', site),
          collector: options.collector === undefined ? null : urlOf('--collector', options.collector),
          cookieName: options.cookie ?? (config ?? defaults).visitorCookie.name,
          writeKey: options.writeKey ?? ownKey ?? null,
        },
        { resolver: new Resolver({ timeout: 5000, tries: 2 }), fetch, now: Date.now },
      );
      const report = reportOf(search);
      say(options.json ? JSON.stringify(report) : wordsOf(report));
      if (!report.durable) process.exitCode = exitCodes.fault;
    });
};
