// What one thing is or came to: a headline, and what belongs to it in lines.
import { oneLine } from './strip-control-characters.js';
import type { Output } from './output.js';

/** What it is, and its words; those without words are left out. */
export type Fact = readonly [label: string, words: string | undefined];

/** On a terminal the labels stand under each other; piped, a tab stands between a label and its words. */
export function sayFacts(out: Output, text: string, facts: readonly Fact[]): void {
  const headline = oneLine(text);
  out.say(out.isTerminal ? out.paint('bold', headline) : headline);
  const said = facts.filter(([, words]) => words !== undefined && words !== '');
  const width = Math.max(0, ...said.map(([label]) => label.length));
  for (const [label, words = ''] of said)
    if (out.isTerminal) out.say(`  ${out.paint('dim', label.padEnd(width))}  ${oneLine(words)}`);
    else out.cells([label, words]);
}
