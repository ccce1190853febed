#!/usr/bin/env node
// Stands here, outside of what is built, so that an install before the first build finds the command.
await import('../dist/till.js');
