// The snippet in a page: what is there is brought up to date in its place, and nothing else of the page changes. Texts are the
// page's bytes, one character each, so that any encoding stays what it is; what comes in is ASCII.
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { elementsOf, type PageElements, type ScriptElement, type Span } from './page-elements.js';

const BEGIN = '<!-- stampline -->';
const END = '<!-- /stampline -->';
const MARKS = [BEGIN, END].map((mark) => mark.slice(4, -3).trim());

/** What the server says that a page has. */
export interface Snippet {
  /** The URL of stamp.js. */
  readonly script: string;
  /** Production's import map, as JSON. */
  readonly map: string;
}

/** The two elements that `/snippet.html` answers with. */
export function readSnippet(text: string): Snippet {
  const [script, fallback] = elementsOf(text).scripts;
  const map = fallback?.content && text.slice(fallback.content.from, fallback.content.to);
  const src = script?.attributes.get('src');
  if (src === undefined || map === undefined) throw new Error('The server answers with another snippet.');
  return { script: src, map: map.replaceAll(/[^\x20-\x7e]/g, escaped) };
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

interface Edit extends Span {
  readonly text: string;
}

/** Rejects with CliError where the page has no place for it, or its elements can't work as they are. `name`: of the page. */
export function withSnippet(page: string, snippet: Snippet, name: string): string {
  const bom = page.startsWith('\xef\xbb\xbf') ? page.slice(0, 3) : '';
  const text = page.slice(bom.length);
  const elements = elementsOf(text);
  const { script, fallback } = oursIn(elements, name);
  if (script) requireUsable(script, name);
  if (script && fallback && fallback.from < script.from)
    throw refusal(name, 'has the fallback before stamp.js: swap the two.');
  const edits = [
    ...(script ? sourceEdit(text, script, snippet) : []),
    ...(fallback ? mapEdit(text, fallback, snippet, name) : []),
    ...(script && fallback ? [] : [missing(text, elements, { script, fallback }, snippet, name)]),
  ];
  return bom + applied(text, edits);
}

/** From the end to the beginning, so that places stay what they are. */
const applied = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((one, other) => other.from - one.from)
    .reduce((now, edit) => now.slice(0, edit.from) + edit.text + now.slice(edit.to), text);

interface Ours {
  readonly script: ScriptElement | undefined;
  readonly fallback: ScriptElement | undefined;
}

function oursIn({ scripts }: PageElements, name: string): Ours {
  const loading = scripts.filter(({ attributes }) => isStampScript(attributes.get('src') ?? ''));
  const fallbacks = scripts.filter(({ attributes }) => attributes.has('data-stamp-fallback'));
  if (loading.length > 1) throw refusal(name, 'loads stamp.js more than once: keep only the first.');
  if (fallbacks.length > 1) throw refusal(name, 'has more than one data-stamp-fallback: keep only the first.');
  return { script: loading[0], fallback: fallbacks[0] };
}

const isStampScript = (src: string): boolean => /^(?:[^?#]*\/)?stamp\.js(?:[?#]|$)/.test(src.trim());

/** With these attributes no ticket is ever shown, or the page doesn't even load stamp.js. */
const UNUSABLE: readonly (readonly [attribute: string, isBad: (value: string) => boolean, why: string])[] = [
  ['async', () => true, 'it may run after modules have begun'],
  ['defer', () => true, 'it would run after the page was parsed'],
  [
    'type',
    (value) => value !== '' && !/^(?:text|application)\/(?:x-)?(?:java|ecma)script$/i.test(value),
    'it is a classic script',
  ],
  ['nomodule', () => true, 'browsers with import maps would not load it'],
  ['integrity', () => true, 'it changes with each release'],
  ['crossorigin', (value) => value.toLowerCase() === 'use-credentials', 'the response has no credentials headers'],
];

function requireUsable({ attributes }: ScriptElement, name: string): void {
  for (const [attribute, isBad, why] of UNUSABLE) {
    const value = attributes.get(attribute);
    if (value === undefined || !isBad(value)) continue;
    const shown = value === '' ? attribute : `${attribute}="${value}"`;
    throw refusal(name, `loads stamp.js with ${shown}, but ${why}: remove ${attribute}.`);
  }
}

/** A path, and what a template fills in, stay. */
function sourceEdit(text: string, { attributes, places }: ScriptElement, { script }: Snippet): Edit[] {
  const [src = '', place] = [attributes.get('src'), places.get('src')];
  if (!place || src === script || !/^https?:\/\/[^{}<>%$]+$/i.test(src.trim())) return [];
  const [, start = 'src=', quote = ''] = /^([^=]*=\s*)(["']?)/.exec(text.slice(place.from, place.to)) ?? [];
  return [{ ...place, text: `${start}${quote || '"'}${script}${quote || '"'}` }];
}

/** Blanks around the map stay, and so does a map that is the same in another form. */
function mapEdit(text: string, { content }: ScriptElement, { map }: Snippet, name: string): Edit[] {
  if (!content) throw refusal(name, 'has a data-stamp-fallback without </script>: close it.');
  const now = text.slice(content.from, content.to);
  if (isSameJson(now, map)) return [];
  const from = content.from + (now.length - now.trimStart().length);
  return [{ from, to: Math.max(from, content.from + now.trimEnd().length), text: map }];
}

function isSameJson(one: string, other: string): boolean {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return false;
  }
}

/** What there isn't yet: beside the other one, between the comments, or first in the head. */
function missing(text: string, elements: PageElements, ours: Ours, snippet: Snippet, name: string): Edit {
  const { script, fallback } = ours;
  const [loading, behind] = newElements(text, elements, ours, snippet);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (script) return { from: script.to, to: script.to, text: eol + indentAt(text, script.from) + behind };
  if (fallback) return { from: fallback.from, to: fallback.from, text: loading + eol + indentAt(text, fallback.from) };
  const [begin, end] = MARKS.map((mark) => elements.comments.find((one) => one.text === mark));
  if (begin && end && begin.to <= end.from) return between(text, begin.to, end.from, [loading, behind], eol);
  if (begin || end) throw refusal(name, `has only one of ${BEGIN} and ${END}: write both, or remove it.`);
  const at = elements.head;
  if (at === undefined) throw refusal(name, `has no <head>: write ${BEGIN}${END} where the snippet belongs.`);
  const indent = indentInHead(text, at);
  const lines = [BEGIN, loading, behind, END].map((line) => eol + indent + line);
  return { from: at, to: at, text: lines.join('') };
}

/** With the nonce of the other one, or of the page's scripts, and of the kind that import-map-overrides takes where one is. */
function newElements(
  text: string,
  { scripts }: PageElements,
  { script, fallback }: Ours,
  snippet: Snippet,
): [loading: string, behind: string] {
  const nonce = nonceOf(text, script ?? fallback ?? scripts.find(({ places }) => places.has('nonce')));
  const type = (script?.attributes.get('data-type') ?? fallback?.attributes.get('type')) || 'importmap';
  const kind = type === 'importmap' ? '' : ` data-type="${type}"`;
  return [
    `<script${nonce}${kind} src="${snippet.script}"></script>`,
    `<script${nonce} type="${type}" data-stamp-fallback>${snippet.map}</script>`,
  ];
}

/** What stands there already stays behind it. */
function between(text: string, from: number, to: number, lines: readonly string[], eol: string): Edit {
  const line = eol + indentAt(text, from);
  const isEmpty = text.slice(from, to).trim() === '';
  return { from, to: isEmpty ? to : from, text: lines.map((one) => line + one).join('') + (isEmpty ? line : '') };
}

/** As it stands in the page: a template's, say. */
function nonceOf(text: string, element: ScriptElement | undefined): string {
  const place = element?.places.get('nonce');
  return place ? ` ${text.slice(place.from, place.to)}` : '';
}

/** The blanks that a line begins with. */
const indentAt = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(startOfLine(text, at), at))?.[0] ?? '';

const startOfLine = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** That of the next line, where it is in the head as well; else two blanks more than the line that the head is in. */
function indentInHead(text: string, at: number): string {
  const next = /^[ \t]*\r?\n([ \t]*)(?!<\/head)\S/i.exec(text.slice(at, at + 1000));
  return next?.[1] ?? `${indentAt(text, at)}  `;
}

const refusal = (name: string, message: string): CliError => new CliError(`${name} ${message}`, EXIT.error);
