/**
 * Our parts are factories with named arguments, and nearly each is called once: good to read, but a minifier cannot
 * shorten such a call, for it does not know who else may make one. Before a script is minified, the arguments of a
 * function that is called in one place only, by its name, become positional; what is not given, or is a plain
 * literal, becomes a constant of the function. What does not fit this shape exactly stays as it is.
 */

const isNode = (value) => typeof value?.type === 'string';

function walk(node, visit, parent, key) {
  visit(node, parent, key);
  for (const [name, value] of Object.entries(node)) {
    for (const child of [value].flat()) if (isNode(child)) walk(child, visit, node, name);
  }
}

/** Functions that are declared as constants and used once: to be called. */
function findCalls(program) {
  const functions = new Map();
  const uses = new Map();
  walk(program, (node, parent, key) => {
    if (node.type === 'VariableDeclarator' && node.init?.type === 'ArrowFunctionExpression') {
      functions.set(node.id.name, functions.has(node.id.name) ? null : node.init);
    }
    if (node.type !== 'Identifier' || (parent.type === 'VariableDeclarator' && key === 'id')) return;
    const isLabel = (key === 'property' || key === 'key') && !parent.computed && !parent.shorthand;
    if (!isLabel) uses.set(node.name, [...(uses.get(node.name) ?? []), { parent, key }]);
  });
  return [...functions].flatMap(([name, declared]) => {
    const [use, ...others] = uses.get(name) ?? [];
    const isCalled = use?.parent.type === 'CallExpression' && use.key === 'callee';
    return declared && isCalled && others.length === 0 ? [{ declared, call: use.parent }] : [];
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
function unpackArgument(pattern, argument, body, text) {
  if (!argument || !isPlain(pattern, 'ObjectPattern') || !isPlain(argument, 'ObjectExpression')) return null;
  const wanted = named(pattern);
  const given = named(argument);
  const isBlock = body.type === 'BlockStatement';
  if ([...given.keys()].some((name) => !wanted.has(name))) return null;
  const [params, args, constants] = [[], [], []];
  for (const [name, { value }] of wanted) {
    const property = given.get(name)?.value;
    const [target, fallback] =
      value.type === 'AssignmentPattern' ? [value.left, text(value.right)] : [value, 'undefined'];
    if (isBlock ? !property || property.type === 'Literal' : !property) {
      if (!isBlock) return null;
      constants.push(`const ${text(target)} = ${property ? text(property) : fallback};`);
    } else if (target !== value) return null;
  }
  for (const [name, { method, value }] of given) {
    if (isBlock && value.type === 'Literal') continue;
    params.push(text(wanted.get(name).value));
    args.push(method ? arrow(value, text) : text(value));
  }
  // As many lines as before: the source map stays true.
  const fill = (node, by) => by + '\n'.repeat(lines(text(node)) - lines(by));
  return [
    { at: pattern, by: fill(pattern, params.join(', ')) },
    { at: argument, by: fill(argument, args.join(', ')) },
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
  for (const { declared, call } of findCalls(parse(code))) {
    for (const [i, pattern] of declared.params.entries()) {
      const found = unpackArgument(pattern, call.arguments[i], declared.body, text) ?? [];
      // What is inside another one has its turn when that is done.
      if (found.every(isApart)) edits.push(...found);
    }
  }
  if (edits.length === 0) return code;
  edits.sort((a, b) => b.at.start - a.at.start);
  const next = edits.reduce((all, { at, by }) => all.slice(0, at.start) + by + all.slice(at.end), code);
  return unpack(next, parse);
}
