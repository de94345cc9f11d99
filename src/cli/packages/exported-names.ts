// What a file of a package exports: of a module its text says it, CommonJS has to be run.
import { init, parse } from 'es-module-lexer/minimal';
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a module exports, as Node sees it; CommonJS is run for that, in a process of its own. */
export async function exportedNames(
  home: string,
  file: string,
): Promise<{ isModule: boolean; names: readonly string[] }> {
  await init();
  const source = await fs.readFile(path.join(home, file), 'utf8');
  const [imports, exports] = parsed(source);
  if (exports.length > 0 || imports.some(({ d }) => d === -1))
    return { isModule: true, names: exports.map(({ n }) => n) };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', NAMES, path.join(home, file)], {
      timeout: 20_000,
      cwd: home,
    });
    return { isModule: false, names: JSON.parse(stdout.slice(stdout.lastIndexOf(MARK) + 1)) as string[] };
  } catch {
    // What runs in browsers only says it by its text.
    return { isModule: false, names: namesInText(source) };
  }
}

/** Before the answer: the package may print, too. */
const MARK = '\u0001';

/** It ends though the package goes on: timers, message channels. */
const NAMES = `process.env.NODE_ENV = 'production';
  const names = Object.keys(Object(require(process.argv[1])));
  process.stdout.write(${JSON.stringify(MARK)} + JSON.stringify(names), () => process.exit());`;

/** Of `exports.x =`, each once. */
function namesInText(source: string): string[] {
  const parts = source.split('exports.');
  const names = parts.slice(1).flatMap((part, at) => {
    const name = /^[A-Za-z_$][\w$]*/.exec(part)?.[0] ?? '';
    const isWord = !/[\w$]$/.test(parts[at] ?? '');
    return isWord && name !== '' && /^ ?=[^=]/.test(part.slice(name.length, name.length + 3)) ? [name] : [];
  });
  return [...new Set(names)];
}

/** CommonJS may be no text of a module. */
function parsed(source: string): readonly [readonly { readonly d: number }[], readonly { readonly n: string }[]] {
  try {
    return parse(source);
  } catch {
    return [[], []];
  }
}
