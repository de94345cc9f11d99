// How a verdict reads: one line, and what is wrong below it.

/** 14251 as `14 251`. */
export const number = (count) => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ');

const MOST = 8;

export function lineOf({ name, operations, failed, longestGap, findings, wrong, isProof, ok, error, gap }) {
  if (error) return `${name.padEnd(32)}did not come to its end`;
  const counts = Object.entries(findings).map(([kind, lines]) => `${kind} ${lines.length}`);
  const tooLong = gap && longestGap > gap * 1000 ? ` (of ${gap} s)` : '';
  const facts = [
    `ops ${number(operations).padStart(7)}`,
    `failed ${number(failed).padStart(5)}`,
    `longest gap ${(longestGap / 1000).toFixed(1).padStart(4)} s${tooLong}`,
    ...counts,
    ...(wrong.length > 0 ? [`wrong answers ${wrong.length}`] : []),
  ];
  const found = isProof ? 'ok: it finds them' : 'ok';
  return `${name.padEnd(32)}${facts.join('  ')}  ${ok ? found : 'NOT OK'}`;
}

/** What was found, a few of each kind. */
export function explain({ findings = {}, wrong = [], error }) {
  const kinds = [...Object.entries(findings), ['wrong answers', wrong]];
  const shown = kinds.flatMap(([kind, lines]) => [
    ...lines.slice(0, MOST).map((line) => `    ${kind}: ${line}`),
    ...(lines.length > MOST ? [`    … and ${lines.length - MOST} more`] : []),
  ]);
  return [...(error ? [`    ${error}`] : []), ...shown].join('\n');
}

/** What clients saw, by how often. */
export function details({ failures = {}, refusals = {} }) {
  const part = (name, counts) =>
    Object.entries(counts).map(([what, count]) => `    ${name} ${number(count)} × ${what}`);
  return [...part('failed', failures), ...part('refused', refusals)].join('\n');
}
