import { buildApp } from '@nitka/collector';

export const build: typeof buildApp = buildApp;
