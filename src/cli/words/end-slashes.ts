// A URL without what makes no difference at its end.

/** Without the slashes at its end, in one pass: a pattern would try each run of slashes from each of its places. */
export function withoutEndSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}
