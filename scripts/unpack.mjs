/**
 * Our parts are factories with named arguments, and nearly each is called once: good to read, but a minifier cannot
 * shorten such a call, for it does not know who else may make one. Before a script is minified, the arguments of a
 * function that is only ever called, by its name, become positional; what is not given, or is a plain
 * literal or a constant that is `undefined`, becomes a constant of the function. What does not fit this shape exactly stays
 * as it is.
 */

const isNode = (value) => typeof value?.type === 'string';

function walk(node, visit, parent, key) {
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    for (const child of [value].flat()) if (isNode(child)) walk(child, visit, node, name);
  }
}

const mentions = (pattern, name) => {
  let found = false;
  walk(pattern, (node) => (found ||= node.type === 'Identifier' && node.name === name));
  return found;
};

/** Tells what is `undefined`, by that name or by the name of a constant. */
function findUndefined(program) {
  const parents = new Map();
  walk(program, (node, parent) => parents.set(node, parent));
  return (node) => {
    if (node.type !== 'Identifier' || node.name === 'undefined') return node.type === 'Identifier';
    for (let scope = parents.get(node); scope; scope = parents.get(scope)) {
      if (scope.params?.some((param) => mentions(param, node.name))) return false;
      for (const { type, kind, declarations } of [scope.body ?? []].flat()) {
        if (type !== 'VariableDeclaration') continue;
        const declared = declarations.find(({ id }) => mentions(id, node.name));
        if (declared)
          return kind === 'const' && declared.id.type === 'Identifier' && declared.init?.name === 'undefined';
      }
    }
    return false;
  };
}

/** Functions that are declared as constants and only called. */
function findCalls(program) {
  const functions = new Map();
  const uses = new Map();
  walk(program, (node, parent, key) => {
    if (
      node.type === 'VariableDeclarator' &&
      /^(ArrowFunctionExpression|Identifier)$/.test(node.init?.type)
    ) {
      functions.set(node.id.name, functions.has(node.id.name) ? null : node.init);
    }
    if (node.type !== 'Identifier' || (parent.type === 'VariableDeclarator' && key === 'id')) return;
    const isLabel = (key === 'property' || key === 'key') && !parent.computed && !parent.shorthand;
    // Whether it is there at all is asked for the script that goes without.
    const isAsked = key === 'test' || (key === 'left' && parent.operator === '&&') || parent.operator === '!';
    if (!isLabel && !isAsked) uses.set(node.name, [...(uses.get(node.name) ?? []), { parent, key }]);
  });
  /** The uses of a constant, or of the one other constant that is the same. */
  const usesOf = (name) => {
    const found = (functions.get(name) && uses.get(name)) || [];
    const [{ parent } = {}] = found;
    return found.length === 1 && parent.type === 'VariableDeclarator' ? usesOf(parent.id.name) : found;
  };
  return [...functions].flatMap(([name, declared]) => {
    const found = usesOf(name);
    const isCalled = found.every(({ parent, key }) => parent.type === 'CallExpression' && key === 'callee');
    if (found.length === 0 || !isCalled || declared.type === 'Identifier') return [];
    return [{ declared, calls: found.map(({ parent }) => parent) }];
  });
}

const isPlain = ({ type, properties }, other) =>
  type === other &&
  properties.every((each) => each.type === 'Property' && !each.computed && each.kind === 'init');

const lines = (code) => code.split('\n').length;

const named = ({ properties }) => new Map(properties.map((each) => [each.key.name, each]));

/** A method as an arrow function. */
const arrow = ({ async, start, body }, text) =>
  `${async ? 'async ' : ''}${text({ start, end: body.start })} => ${text(body)}`;

/** The edits that make one object of arguments positional, or null where its shape does not allow it. */
function unpackArgument(pattern, given, body, text, isUndefined) {
  if (!isPlain(pattern, 'ObjectPattern')) return null;
  if (!given.every((argument) => argument && isPlain(argument, 'ObjectExpression'))) return null;
  const wanted = named(pattern);
  const calls = given.map(named);
  const [first] = calls;
  if (calls.some((call) => [...call.keys()].some((name) => !wanted.has(name)))) return null;
  const constants = [];
  const places = [];
  for (const name of new Set([...first.keys(), ...wanted.keys()])) {
    const { value } = wanted.get(name);
    const properties = calls.map((call) => call.get(name)?.value);
    const isMissing = properties.every((property) => !property || isUndefined(property));
    const isLiteral = properties.every(
      (property) => property?.type === 'Literal' && property.raw === properties[0].raw,
    );
    if ((!isMissing && !isLiteral) || body.type !== 'BlockStatement') {
      places.push(name);
      continue;
    }
    const [target, fallback] =
      value.type === 'AssignmentPattern' ? [value.left, text(value.right)] : [value, 'undefined'];
    constants.push(`const ${text(target)} = ${isMissing ? fallback : text(properties[0])};`);
  }
  const argumentsOf = (call) => {
    const args = places.map((name) => {
      const property = call.get(name);
      if (!property) return 'undefined';
      return property.method ? arrow(property.value, text) : text(property.value);
    });
    while (args.at(-1) === 'undefined') args.pop();
    return args.join(', ');
  };
  // What is worked out for a call keeps its order.
  const isInOrder = (call) => {
    const worked = [...call.keys()].filter(
      (name) => !/Literal|Identifier|Function/.test(call.get(name).value.type),
    );
    const order = worked.map((name) => places.indexOf(name));
    return order.every((place, i) => i === 0 || place > order[i - 1]);
  };
  if (!calls.every(isInOrder)) return null;
  // As many lines as before: the source map stays true.
  const fill = (node, by) => by + '\n'.repeat(Math.max(0, lines(text(node)) - lines(by)));
  const params = places.map((name) => text(wanted.get(name).value)).join(', ');
  return [
    { at: pattern, by: fill(pattern, params) },
    ...given.map((argument, i) => ({ at: argument, by: fill(argument, argumentsOf(calls[i])) })),
    { at: { start: body.start + 1, end: body.start + 1 }, by: constants.join('') },
  ];
}

/**
 * @param {string} code
 * @param {(code: string) => object} parse to an ESTree with positions
 */
export function unpack(code, parse) {
  const text = ({ start, end }) => code.slice(start, end);
  const edits = [];
  const isApart = ({ at }) => edits.every((edit) => at.end < edit.at.start || at.start > edit.at.end);
  const program = parse(code);
  const isUndefined = findUndefined(program);
  const found = findCalls(program).flatMap(({ declared, calls }) =>
    declared.params.flatMap((pattern, i) => {
      const given = calls.map((call) => call.arguments[i]);
      const made = unpackArgument(pattern, given, declared.body, text, isUndefined);
      return made ? [{ declared, calls, made }] : [];
    }),
  );
  for (const { calls, made } of found) {
    // The outer one first: what it makes a constant may be an argument here.
    const isInner = found.some(({ declared: { start, end } }) =>
      calls.some((call) => start < call.start && call.end < end),
    );
    if (!isInner && made.every(isApart)) edits.push(...made);
  }
  if (edits.length === 0) return code;
  edits.sort((a, b) => b.at.start - a.at.start);
  const next = edits.reduce((all, { at, by }) => all.slice(0, at.start) + by + all.slice(at.end), code);
  return unpack(next, parse);
}

/**
 * Declares every constant with `let`: what stands together is then one declaration. No constant is assigned to, or the
 * types gate would have said so. As long as before: the source map stays true.
 *
 * @param {string} code
 * @param {(code: string) => object} parse to an ESTree with positions
 */
export function relax(code, parse) {
  const at = [];
  walk(parse(code), ({ type, kind, start }) => {
    if (type === 'VariableDeclaration' && kind === 'const') at.push(start);
  });
  let relaxed = '';
  let end = 0;
  for (const start of at.toSorted((a, b) => a - b)) {
    relaxed += `${code.slice(end, start)}let  `;
    end = start + 'const'.length;
  }
  return relaxed + code.slice(end);
}
