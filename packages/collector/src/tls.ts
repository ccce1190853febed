import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { NitkaError } from '@nitka/core';
import type { FastifyInstance } from 'fastify';
import type { TlsConfig } from './config.ts';

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws NitkaError `config_invalid` */
export const readCertificate = ({ certFile, keyFile }: TlsConfig): Certificate => {
  const read = (path: string, field: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new NitkaError('config_invalid', `listen.tls.${field}: ${(error as Error).message}`);
    }
  };
  return { cert: read(certFile, 'certFile'), key: read(keyFile, 'keyFile') };
};

/** Looked at so often. Milliseconds. */
const interval = 60_000;

/** Takes a renewed certificate into use without a restart; one that cannot be read leaves the old one in use. */
export const followCertificate = (app: FastifyInstance, config: TlsConfig, every = interval): void => {
  const server = app.server as typeof app.server & { setSecureContext?(options: Certificate): void };
  const renew = (): void => {
    try {
      server.setSecureContext?.(readCertificate(config));
      app.log.info('certificate renewed');
    } catch (error) {
      app.log.error({ reason: (error as Error).message }, 'the new certificate cannot be used');
    }
  };
  const files = [config.certFile, config.keyFile];
  for (const file of files) watchFile(file, { interval: every, persistent: false }, renew);
  app.addHook('onClose', async () => {
    for (const file of files) unwatchFile(file, renew);
  });
};
