import assert from 'node:assert/strict';
import * as browser from '@nitka/browser';
import * as collector from '@nitka/collector';
import * as node from '@nitka/node';

// A server that renders pages imports the browser SDK where no window is.
assert.equal(typeof browser.createTracker, 'function');
assert.equal(typeof node.createTracker, 'function');
assert.equal(typeof collector.buildApp, 'function');
