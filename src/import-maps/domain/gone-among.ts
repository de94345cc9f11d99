// Which specifiers lead to what is taken away: those that are named, and what is below a folder that is.

/**
 * Says of a specifier whether it is among `gone`, or below one of these that ends in a slash. Asking takes as many comparisons as
 * a binary search has, however many folders there are.
 */
export function goneAmong(gone: readonly string[]): (specifier: string) => boolean {
  const all = new Set(gone);
  // None is below another, so only the last one that isn't behind a specifier can be above it.
  const folders: string[] = [];
  for (const folder of [...all].filter((one) => one.endsWith('/')).sort())
    if (folders.length === 0 || !folder.startsWith(folders.at(-1) as string)) folders.push(folder);
  return (specifier) => all.has(specifier) || isBelow(specifier, folders);
}

function isBelow(specifier: string, sorted: readonly string[]): boolean {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] as string) <= specifier) from = middle + 1;
    else to = middle;
  }
  const folder = sorted[from - 1];
  return folder !== undefined && specifier.startsWith(folder);
}
