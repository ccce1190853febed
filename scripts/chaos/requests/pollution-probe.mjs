// Loaded into the collector with --import: tells when something was added to what all objects share.
const shared = {
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  String: String.prototype,
};
const before = new Map(
  Object.entries(shared).map(([name, object]) => [name, new Set(Reflect.ownKeys(object))]),
);

setInterval(() => {
  for (const [name, object] of Object.entries(shared)) {
    for (const key of Reflect.ownKeys(object)) {
      if (!before.get(name).has(key)) console.error(`POLLUTED ${name}.prototype.${String(key)}`);
    }
  }
}, 500).unref();
