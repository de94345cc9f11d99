// Texts for people are plain English: what the code says (errors, lines, help, logs) and the prose of docs/ and README.md.
// It finds the turns that read as a dialect and says what to write instead. `npm run check -- words`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A value that is put into a text, and code in prose. */
export const HOLE = '{}';

/** What to look for, and what to write instead. Each is read in a text whose values are HOLE. */
export const PATTERNS = [
  {
    turn: /(?<!\bthere )\b(?:is|are|was|were|be) (?:no|none)\b(?! (?:longer|more than|later|less|fewer|earlier|larger|other))/i,
    instead: "'is not a valid scope', 'is reserved', 'has no modules'",
  },
  {
    turn: /\b(?:nobody|somebody|everybody|whoever)(?:['’]s)?\b/i,
    instead: "name the role: 'another ticket', 'no ticket has', 'the operator', 'anyone with the link'",
  },
  {
    turn: /\b(?:still|that|which|whose|value|not|now|token|one|it|they|others|above|comparison|last) counts?\b|\bcounts? (?:no more|until|before|for|again|too|as|more)\b/i,
    instead: "'is valid', 'has expired or was revoked', 'overrides'",
  },
  {
    turn: /(?:^|[.:;,(–] |\b(?:or|and|to|else) )say (?!that |so\b|no\b)|\bSay\b/,
    instead: "an imperative: 'Give …', 'Use …', 'Name …', or 'must be an integer'",
  },
  { turn: /\bplease\b/i, instead: "an imperative: 'Give …', 'must be an integer'" },
  {
    turn: /\b(?:stands?|stood|lies|lie|goes along|go along)\b(?![- ](?:for|in\b|by\b|alone))/i,
    instead: "'is', 'is in', 'comes after', 'is deleted with it'",
  },
  {
    turn: /\b(?:leads?|led|leading) (?:to|nowhere|out|there|here|them)\b|\bleads?(?=[.,;:)]|$)/i,
    instead: "'resolves to', 'does not resolve', 'is the URL of', 'opens'",
  },
  {
    turn: /\b(?:anew|at the moment|once more|meanwhile|the way back|any more|no more(?! than)|for ever)\b/i,
    instead: "'again', 'currently', 'no longer', 'since you read it', 'shutdown'",
  },
  { turn: /\b(?:has|have|had) run out\b|\bruns? out\b/i, instead: "'has expired', 'expires'" },
  {
    turn: /\bThere is no [^.]*\. There (?:is|are) |\bThere (?:is|are) (?:only )?\{\}(?=[.,]|$)/,
    instead: "'Unknown member {}. Known: {}'",
  },
  {
    turn: /\b(?:is|are|was|were|be|been) (?:not )?(?:told|heard|said)\b(?! apart)|\bno news\b|\bthe word\b/i,
    instead: "'is reported', 'is notified', 'notification'",
  },
  {
    turn: /\b(?:what|that|those|all) there (?:is|are)\b/i,
    instead: "'the commands', 'everything', 'a ticket that does not exist'",
  },
  {
    turn: /\bserver leaves\b|\bwho takes\b|\bas things stand\b|\bgoes like this\b|\ball the same\b/i,
    instead: "'is shutting down', 'a reader that stops reading', 'Usage:', 'anyway'",
  },
  { turn: /\b(?:is|be) (?:a|no) text\b/i, instead: "'must be a string'" },
];

/** To the letter: what clients of Tastypie match, and a user that Unix calls so. */
export const KEPT = [
  'Sorry, this request could not be processed. Please try again later.',
  `Invalid limit '${HOLE}' provided. Please provide a positive integer`,
  `Invalid offset '${HOLE}' provided. Please provide a`,
  `Invalid after '${HOLE}' provided. Please provide an id`,
  'to user postgres or nobody',
];

/** The dialect of a text: `{found, instead}` for each pattern that it has. */
export function faultsIn(text) {
  const read = KEPT.reduce((rest, kept) => rest.replaceAll(kept, ''), text);
  return PATTERNS.flatMap(({ turn, instead }) => {
    const found = turn.exec(read);
    return found ? [{ found: found[0], instead }] : [];
  });
}

/** A text and what is put into it: of a string, a template or a sum of them; undefined for anything else. */
function textOf(node) {
  if (ts.isStringLiteralLike(node)) return { text: node.text, values: [] };
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression);
  if (ts.isTemplateExpression(node))
    return {
      text: node.head.text + node.templateSpans.map((span) => HOLE + span.literal.text).join(''),
      values: node.templateSpans.map((span) => span.expression),
    };
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const sides = [node.left, node.right].map(textOf);
  if (sides.every((side) => side === undefined)) return undefined;
  const [left, right] = sides.map(
    (side, index) => side ?? { text: HOLE, values: [index === 0 ? node.left : node.right] },
  );
  return { text: left.text + right.text, values: [...left.values, ...right.values] };
}

/** The texts of a source file that have more than one word: `{line, text}`. */
export function textsInCode(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts = [];
  const visit = (node) => {
    const found = textOf(node);
    if (found === undefined) return ts.forEachChild(node, visit);
    if (found.text.includes(' ')) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
      texts.push({ line: line + 1, text: found.text });
    }
    found.values.forEach(visit);
    return undefined;
  };
  visit(tree);
  return texts;
}

/** The lines of a page that are prose: no fenced block, and HOLE for code and for where a link goes. */
export function textsInPage(page) {
  let fenced = false;
  return page.split('\n').flatMap((written, index) => {
    if (/^\s*```/.test(written)) {
      fenced = !fenced;
      return [];
    }
    const text = written.replace(/`[^`]*`/g, HOLE).replace(/\]\([^)]*\)/g, ']');
    return fenced || text.trim() === '' ? [] : [{ line: index + 1, text }];
  });
}

function filesBelow(folder, isWanted) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter(isWanted)
    .sort();
}

/** scripts/tastypie compares with another server's words, and this file has the patterns themselves. */
const isCode = (file) =>
  /\.(?:ts|js|mjs)$/.test(file) &&
  !/\.(?:spec|d)\.ts$|^scripts\/(?:tastypie\/|words-check\.mjs)|\/node_modules\//.test(file);

function allTexts() {
  const inFile = (read) => (file) =>
    read(file, readFileSync(path.join(root, file), 'utf8')).map(({ line, text }) => ({
      place: `${file}:${line}`,
      text,
    }));
  const code = ['src', 'scripts', 'examples'].flatMap((folder) => filesBelow(folder, isCode));
  const pages = [...filesBelow('docs', (file) => file.endsWith('.md')), 'scripts/cli-docs.md', 'README.md'];
  return [...code.flatMap(inFile(textsInCode)), ...pages.flatMap(inFile((_file, page) => textsInPage(page)))];
}

function main() {
  const texts = allTexts();
  const faults = texts.flatMap(({ place, text }) => faultsIn(text).map((fault) => ({ place, ...fault })));
  for (const { place, found, instead } of faults) console.error(`${place}: '${found}'. Write ${instead}.`);
  console.log(`${texts.length} texts, ${faults.length} faults.`);
  return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(main());
