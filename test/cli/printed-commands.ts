// Command lines in what was printed, as a real shell understands them.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What a terminal obeys, or what turns the direction of writing. */
export const STEERING = /[^\P{Cc}\t\n]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/u;

const ESCAPE = '\\u001B';
/** What is the command's own: its colours, and going back to the beginning of a line that is written over. */
const OWN = new RegExp(`${ESCAPE}\\[(?:1|2|22|3[1236]|39)m|^\\r${ESCAPE}\\[K`, 'gu');
export const withoutOwn = (text: string): string => text.replaceAll(OWN, '');

const OURS = ['stamp', 'curl', 'git'];

/** Programs that say how they were started and do nothing. */
export class StubShell {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-stubs-'));

  constructor() {
    for (const name of [...OURS, 'touch', 'rm', 'sh']) {
      const says = `for word in "$@" ${name}; do printf '%s\\0' "$word"; done; printf '\\001'`;
      fs.writeFileSync(path.join(this.folder, name), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Each program that a line starts, as its words with its name at their end; none where it is no line of a shell. */
  started(line: string): string[][] {
    const { stdout } = spawnSync('/bin/sh', ['-c', line], {
      env: { PATH: this.folder },
      cwd: this.folder,
      encoding: 'utf8',
    });
    return stdout
      .split('\u0001')
      .filter(Boolean)
      .map((words) => words.split('\0').slice(0, -1));
  }

  /** Of a text: each command in it that starts something else, or has a word of the server's in pieces. */
  wrongIn(text: string, word: string): string[] {
    const files = fs.readdirSync(this.folder).length;
    const lines = text.split('\n').flatMap((line) => {
      const [, command = ''] = /(?:^|[\s'(:])((?:stamp|curl|git) .*)$/.exec(line) ?? [];
      return command.includes(visible(word)) ? [command] : [];
    });
    return lines.filter((line) => {
      const started = this.started(line);
      const whole = started.every((words) => words.some((one) => one.includes(visible(word))));
      return started.some((words) => !OURS.includes(words.at(-1) ?? '')) || !whole || this.hasMore(files);
    });
  }

  private hasMore(files: number): boolean {
    return fs.readdirSync(this.folder).length !== files;
  }
}

/** As it is printed: in one line, without what steers. */
const visible = (word: string): string =>
  stripVTControlCharacters(word)
    .replaceAll(/[\n\r\t]/g, ' ')
    .replaceAll(new RegExp(STEERING, 'gu'), '')
    .trim();
