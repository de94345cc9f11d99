// Which differences docs/API-DESIGN.md lists: each has a comment `<!-- differs: name -->` that readers don't see.
import fs from 'node:fs';

const PAGE = new URL('../../docs/API-DESIGN.md', import.meta.url);
const MARK = /<!-- differs: ([a-z0-9-]+) -->/g;
/** The tables whose every row is a difference. */
const TABLES = ['Stricter', 'More'];

/** The names, each with the page's first words on it; rows without a name, and names that stand twice, are errors. */
export function documentedDifferences(text = fs.readFileSync(PAGE, 'utf8')) {
  const names = new Map();
  const errors = [];
  for (const line of text.split('\n'))
    for (const [, name] of line.matchAll(MARK)) {
      if (names.has(name)) errors.push(`docs/API-DESIGN.md lists '${name}' twice.`);
      names.set(
        name,
        line
          .replace(MARK, '')
          .replace(/^[|\s*-]+/, '')
          .split('|')[0]
          .trim()
          .slice(0, 80),
      );
    }
  for (const title of TABLES)
    for (const row of rowsOf(text, title))
      if (!row.match(MARK)) errors.push(`docs/API-DESIGN.md, ${title}: no case compares this row: ${row.slice(0, 80)}`);
  return { names, errors };
}

function rowsOf(text, title) {
  const section = text.split(/^## /m).find((one) => one.startsWith(`${title}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2);
}
