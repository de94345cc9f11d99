// Asks a person who sits at a terminal.
import { createInterface } from 'node:readline/promises';
import type { Output } from './output/output.js';

/** True where somebody is there to be asked. */
export const isSomebodyThere = ({ stderr }: Output): boolean => Boolean(process.stdin.isTTY && stderr.isTTY);

/** What was answered, without blanks around it. Rejects with the signal's reason at Ctrl-C. */
export async function ask({ stderr }: Output, question: string, signal: AbortSignal): Promise<string> {
  const asked = createInterface({ input: process.stdin, output: stderr });
  // While a line is read the terminal sends no signal, only the key.
  asked.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await asked.question(question, { signal })).trim();
  } catch (error) {
    signal.throwIfAborted();
    // Ctrl-D: somebody has nothing to say.
    if ((error as Error).name !== 'AbortError') throw error;
    stderr.write('\n');
    return '';
  } finally {
    asked.close();
  }
}
