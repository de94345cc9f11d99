// Asks a person who sits at a terminal.
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { promptOf } from '../output/strip-control-characters.js';
import type { Output } from '../output/output.js';
import { surroundings } from './surroundings.js';

/** True where somebody is there to be asked. */
export const isSomebodyThere = ({ stderr }: Output): boolean => Boolean(surroundings().stdin.isTTY && stderr.isTTY);

/** What was answered, without blanks around it. Rejects with the signal's reason at Ctrl-C. */
export const ask = ({ stderr }: Output, question: string, signal: AbortSignal): Promise<string> =>
  answerTo({ output: stderr }, signal, (asked) => asked.question(promptOf(question), { signal }));

/** The same, and nobody sees what is typed. */
export async function askSecretly(out: Output, question: string, signal: AbortSignal): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await answerTo({ output, terminal: true }, signal, (asked) => {
      // Not before: until the interface is there, the terminal shows what is typed.
      out.prompt(question);
      return asked.question('', { signal });
    });
  } finally {
    out.note('');
  }
}

async function answerTo(
  terminal: { readonly output: NodeJS.WritableStream; readonly terminal?: boolean },
  signal: AbortSignal,
  put: (asked: Interface) => Promise<string>,
): Promise<string> {
  const asked = createInterface({ input: surroundings().stdin, ...terminal });
  // While a line is read the terminal sends no signal, only the key.
  asked.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await put(asked)).trim();
  } catch (error) {
    signal.throwIfAborted();
    // Ctrl-D: somebody has nothing to say.
    if ((error as Error).name !== 'AbortError') throw error;
    terminal.output.write('\n');
    return '';
  } finally {
    asked.close();
  }
}
