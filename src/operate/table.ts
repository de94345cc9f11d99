// Lists of the operator's commands: columns for people, tabs for programs.

/** Lines under a heading; without it and with tabs between the cells where standard output is no terminal. */
export function tableOf(heading: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // What others wrote steers no terminal, and breaks no line.
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll(/\p{Cc}+/gu, ' ')));
  if (!process.stdout.isTTY) return cells.map((row) => row.join('\t'));
  const all = [heading, ...cells];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
