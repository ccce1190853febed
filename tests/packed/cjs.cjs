const assert = require('node:assert/strict');
const { createTracker } = require('@nitka/node');

const tracker = createTracker({ writeKey: 'k', endpoint: 'http://127.0.0.1:9' });
assert.equal(typeof tracker.track, 'function');
tracker.close({ timeout: 1 }).catch(() => {});
