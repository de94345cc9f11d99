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

/** Calls that fill a member of `this`, within a function that is handed a transaction. */
function fillsOf(file: string, text: string): Fill[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Fill[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isFill(node) && isWithinTransaction(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ where: `${file}:${line + 1}`, later: isLater(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `this.known.set(…)`, where `known` is a cache or a provider that keeps one; what is kept for a transaction goes with it. */
function isFill({ expression, arguments: [key] }: ts.CallExpression): boolean {
  if (key?.getText() === 'tx') return false;
  if (!ts.isPropertyAccessExpression(expression) || !FILLS.has(expression.name.text)) return false;
  const kept = expression.expression;
  if (kept.kind === ts.SyntaxKind.ThisKeyword) return true;
  return ts.isPropertyAccessExpression(kept) && kept.expression.kind === ts.SyntaxKind.ThisKeyword;
}

function* above(node: ts.Node): Generator<ts.Node> {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) yield at;
}

const isTransaction = ({ type }: ts.ParameterDeclaration): boolean => /^(Tx|Sql)\b/.test(type?.getText() ?? '');

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
  /^access\/known-tokens\.ts/,
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

it('finds one that is not', () => {
  const [use, later] = ['this.known.set(1, 2);', 'tx.afterCommit(() => this.known.set(1, 2));'];
  const classWith = (body: string): string => `class A { known = new LRUCache(); async run(tx: Tx) { ${body} } }`;
  expect(fillsOf('a.ts', classWith(use)).map((fill) => fill.later)).toEqual([false]);
  expect(fillsOf('a.ts', classWith(later)).map((fill) => fill.later)).toEqual([true]);
});
