// An open transaction fills no cache: what has a Tx at hand and keeps something in memory, or tells this process of a change, does
// so in tx.afterCommit. Read off the sources, so that a new cache or a new use case can't forget it.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const FILLS = new Set(['set', 'add', 'delete', 'clear', 'remember', 'age', 'heard', 'changed']);
/** What runs it later, when it is so. */
const LATER = new Set(['afterCommit', 'whenCommitted']);

interface Fill {
  readonly where: string;
  readonly later: boolean;
}

/** What fills a member of `this`, or something that the module keeps, within a function that is handed a transaction. */
function fillsOf(file: string, text: string): Fill[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const kept = keptByModule(source);
  const found: Fill[] = [];
  const visit = (node: ts.Node): void => {
    if ((isFill(node, kept) || isAssignment(node, kept)) && isWithinTransaction(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ where: `${file}:${line + 1}`, later: isLater(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Names of what is made once for the module and can be filled: `const known = new Map()`, `let last = 0`. */
function keptByModule(source: ts.SourceFile): ReadonlySet<string> {
  const declared = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) =>
      declarationList.declarations.filter(
        ({ initializer }) =>
          (declarationList.flags & ts.NodeFlags.Const) === 0 ||
          (initializer !== undefined && ts.isNewExpression(initializer)),
      ),
    );
  return new Set(declared.map(({ name }) => name.getText()));
}

/** True for `this.a`, `this.a.b[c]`, `known` and `known.a`. */
function isKept(node: ts.Expression, kept: ReadonlySet<string>): boolean {
  if (node.kind === ts.SyntaxKind.ThisKeyword) return true;
  if (ts.isIdentifier(node)) return kept.has(node.text);
  return (
    (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isNonNullExpression(node)) &&
    isKept(node.expression, kept)
  );
}

/** `this.known.set(…)`, where `known` is a cache or a provider that keeps one; what is kept for a transaction goes with it. */
function isFill(node: ts.Node, kept: ReadonlySet<string>): boolean {
  if (!ts.isCallExpression(node)) return false;
  const { expression, arguments: given } = node;
  if (given[0]?.getText() === 'tx' || !ts.isPropertyAccessExpression(expression)) return false;
  return FILLS.has(expression.name.text) && isKept(expression.expression, kept);
}

/** `this.last = …`, `this.counts[key] += 1`, `last = …`. */
function isAssignment(node: ts.Node, kept: ReadonlySet<string>): boolean {
  if (!ts.isBinaryExpression(node)) return false;
  const { operatorToken, left } = node;
  const assigns =
    operatorToken.kind >= ts.SyntaxKind.FirstAssignment && operatorToken.kind <= ts.SyntaxKind.LastAssignment;
  return assigns && left.kind !== ts.SyntaxKind.ThisKeyword && isKept(left, kept);
}

function* above(node: ts.Node): Generator<ts.Node> {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) yield at;
}

/** By its type, or where that follows from the call (`db.transaction(async (tx) => …)`), by its name. */
const isTransaction = ({ type, name }: ts.ParameterDeclaration): boolean =>
  type ? /^(Tx|Sql)\b/.test(type.getText()) : /^(tx|open)$/.test(name.getText());

const isWithinTransaction = (node: ts.Node): boolean =>
  [...above(node)].some((one) => ts.isFunctionLike(one) && one.parameters.some(isTransaction));

const isLater = (node: ts.Node): boolean =>
  [...above(node)].some(
    (one) =>
      ts.isCallExpression(one) &&
      LATER.has(ts.isPropertyAccessExpression(one.expression) ? one.expression.name.text : one.expression.getText()),
  );

/**
 * Have a statement runner of their own, which is never a transaction: the connection that listens; or go with the write they are made
 * for; or keep by the hash of bytes what follows from these bytes alone (and ask such a cache).
 */
const OUTSIDE = [
  /^rest\/writing\/known-own\.ts/,
  /^import-maps\/store\/blob-imports\.ts/,
  /^import-maps\/stages\/imports-check\.ts/,
  /^import-maps\/serving\//,
  /^access\/tokens-cache\.ts/,
  /^stream\//,
  /^platform\/database\//,
];
/** Are handed the transaction on, and do so themselves. */
const HANDED_ON = new Set(['import-maps/store/revisions-cache.ts', 'import-maps/store/ticket-deltas.ts']);

const sources = fs
  .readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.startsWith('cli'));

it('each cache is filled after the commit', () => {
  const fills = sources
    .filter((file) => !OUTSIDE.some((pattern) => pattern.test(file)) && !HANDED_ON.has(file))
    .flatMap((file) => fillsOf(file, fs.readFileSync(path.join('src', file), 'utf8')));
  expect(fills.filter(({ later }) => later).length).toBeGreaterThan(0);
  expect(fills.filter(({ later }) => !later).map(({ where }) => where)).toEqual([]);
});

it.each([
  ['a member', 'async run(tx: Tx) { this.known.set(1, 2); }'],
  ['a member of a member', 'async run(tx: Tx) { this.maps.known.set(1, 2); }'],
  ['a field', 'async run(tx: Sql) { this.last = 1; }'],
  ['a field of a member', 'async run(tx: Tx) { this.counts[key] += 1; }'],
  [
    'a transaction whose type is not written',
    'async run() { await this.db.transaction(async (tx) => this.known.set(1, 2)); }',
  ],
  ["the module's", 'async run(tx: Tx) { kept.add(1); }'],
  ["the module's, counted", 'async run(tx: Tx) { count += 1; }'],
])('finds one that is not: %s', (_name, body) => {
  const inModule = (member: string): string =>
    `const kept = new Set(); let count = 0; class A { known = new LRUCache(); ${member} }`;
  expect(fillsOf('a.ts', inModule(body)).map((fill) => fill.later)).toEqual([false]);
  const later = body.replace(
    /(this\.(?:known|maps|last|counts)|kept|count)\b[^;)]*\)?(?=;|\))/,
    'tx.afterCommit(() => { $& })',
  );
  expect(fillsOf('a.ts', inModule(later)).map((fill) => fill.later)).toEqual([true]);
});

it("passes over what is nobody else's: locals, and what is read", () => {
  const body =
    'async run(tx: Tx) { const found = new Map(); found.set(1, 2); let n = 0; n += this.known.size; return kept.has(n); }';
  expect(fillsOf('a.ts', `const kept = new Set(); class A { known = new Map(); ${body} }`)).toEqual([]);
});
