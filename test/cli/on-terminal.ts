// The command on a terminal from its beginning to its end, where nobody types anything.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { STAMP, stampEnvironment } from './stamp.js';
import { Terminal } from './terminal.js';

export interface OnTerminal {
  readonly code: number | null;
  /** As the terminal got it, colours and all, with `\n` at the ends of lines. */
  readonly screen: string;
}

export async function onTerminal(
  args: readonly string[],
  options: { readonly url: string; readonly columns?: number; readonly env?: Readonly<Record<string, string>> },
): Promise<OnTerminal> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'stamp-home-'));
  const { url, env, columns = 100 } = options;
  const terminal = Terminal.run([process.execPath, STAMP, ...args], {
    cwd: home,
    env: { ...stampEnvironment(url, home), ...env },
    columns,
  });
  const code = await terminal.ended;
  await fs.rm(home, { recursive: true, force: true });
  return { code, screen: terminal.raw.replaceAll('\r\n', '\n') };
}
