// What of a page belongs to Stampline, and where it stands in the text: the element that loads stamp.js, the fallback behind
// it, and the comments that say where they go. A page is read as browsers read it, so what only looks like an element in a
// comment, a script or a template is none.
import { type DefaultTreeAdapterTypes as Tree, parse } from 'parse5';

/** Of a text: from one character on up to another. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface ScriptElement extends Span {
  /** Names are in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Where an attribute is, with its name and its quotes. */
  readonly places: ReadonlyMap<string, Span>;
  /** What is in it; undefined where no end tag closes it. */
  readonly content: Span | undefined;
}

export interface PageElements {
  /** In the order of the page. */
  readonly scripts: readonly ScriptElement[];
  readonly comments: readonly (Span & { readonly text: string })[];
  /** Behind `<head>` and what has to come first in it: `<meta charset>` counts in the first 1024 bytes only. */
  readonly head: number | undefined;
}

export function elementsOf(page: string): PageElements {
  const scripts: ScriptElement[] = [];
  const comments: (Span & { text: string })[] = [];
  let head: number | undefined;
  const visit = (node: Tree.Node): void => {
    const place = node.sourceCodeLocation;
    if (node.nodeName === '#comment' && place)
      comments.push({ from: place.startOffset, to: place.endOffset, text: (node as Tree.CommentNode).data.trim() });
    if (node.nodeName === 'script') scripts.push(...scriptOf(node));
    if (node.nodeName === 'head') head = startOfHead(node);
    if ('childNodes' in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(page, { sourceCodeLocationInfo: true }));
  return { scripts, comments, head };
}

function scriptOf({ attrs, sourceCodeLocation: place }: Tree.Element): ScriptElement[] {
  if (!place) return [];
  const places = Object.entries(place.attrs ?? {}).map(([name, at]): [string, Span] => [
    name,
    { from: at.startOffset, to: at.endOffset },
  ]);
  return [
    {
      from: place.startOffset,
      to: place.endOffset,
      attributes: new Map(attrs.map(({ name, value }) => [name, value])),
      places: new Map(places),
      content: place.startTag && place.endTag && { from: place.startTag.endOffset, to: place.endTag.startOffset },
    },
  ];
}

/** Undefined for a head that the page doesn't spell. */
function startOfHead({ childNodes, sourceCodeLocation: place }: Tree.Element): number | undefined {
  let at = place?.startTag?.endOffset;
  for (const child of childNodes) {
    const isBlank = child.nodeName === '#text' && (child as Tree.TextNode).value.trim() === '';
    if (isBlank) continue;
    if (child.nodeName !== 'meta' || at === undefined) break;
    at = child.sourceCodeLocation?.endOffset;
  }
  return at;
}
