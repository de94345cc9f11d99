// Every regular expression of ours takes time in proportion to its input: judged by recheck, which proves or attacks each.
// One that backtracks is mended by rewriting it; there is no list of exceptions. `npm run check -- regexes`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from 'recheck';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** In milliseconds, generous for a machine with other work; one that isn't judged by then counts as a fault: make it simpler. */
const PATIENCE = 300_000;
const AT_ONCE = 2;

/** What makes an expression of a text, and so can't be judged here: those are written out. */
const TAKE_PATTERNS = new Set(['match', 'matchAll', 'search']);

function sourceFiles() {
  return readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js|mjs)$/.test(entry.name) && !/\.(spec|d)\.ts$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

const isNamed = (node, name) => ts.isIdentifier(node) && node.text === name;

/** The expressions of a file, `{place, source, flags}`, and the `{place, fault}` of those that nobody can judge. */
export function expressionsIn(file, text) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const [found, faults] = [[], []];
  const placeOf = (node) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
    return `${file}:${line + 1}`;
  };
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(node.text);
      found.push({ place: placeOf(node), source, flags });
    } else if ((ts.isNewExpression(node) || ts.isCallExpression(node)) && isNamed(node.expression, 'RegExp')) {
      faults.push({ place: placeOf(node), fault: 'made of a text: write the expression out as /…/' });
    } else if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [pattern] = node.arguments;
      const method = node.expression.name.text;
      if (TAKE_PATTERNS.has(method) && node.arguments.length === 1 && !ts.isRegularExpressionLiteral(pattern))
        faults.push({ place: placeOf(node), fault: `.${method}() with no expression written out as /…/` });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { found, faults };
}

/** What is wrong with an expression; undefined for one that is linear. */
export async function faultOf({ source, flags }) {
  const verdict = await check(source, flags, { timeout: PATIENCE });
  if (verdict.status === 'safe') return undefined;
  if (verdict.status === 'unknown') return `not judged (${verdict.error.kind}): make it simpler`;
  return `${verdict.complexity.summary}, for example on ${verdict.attack.pattern.slice(0, 200)}`;
}

async function main() {
  const [found, faults] = [[], []];
  for (const file of sourceFiles()) {
    const inFile = expressionsIn(path.relative(root, file), readFileSync(file, 'utf8'));
    found.push(...inFile.found);
    faults.push(...inFile.faults);
  }
  const queue = [...found];
  const lane = async () => {
    for (let one = queue.shift(); one; one = queue.shift()) {
      const fault = await faultOf(one);
      if (fault) faults.push({ place: one.place, fault: `/${one.source}/${one.flags} is ${fault}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  for (const { place, fault } of faults) console.error(`${place}: ${fault}`);
  console.log(`${found.length} regular expressions, ${faults.length} faults.`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(await main());
