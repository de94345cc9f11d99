// Writes docs/images/stamp-session.svg: a session of stamp as a terminal shows it, from real runs.
//   npm run build && node scripts/with-server.mjs -- node scripts/cli-picture.mjs
// Needs an empty server at STAMP_URL, and util-linux' `script` for a terminal. The server's address is written as the usual one.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const STAMP = fileURLToPath(new URL('../dist/cli/stamp.mjs', import.meta.url));
const PICTURE = new URL('../docs/images/stamp-session.svg', import.meta.url);
const USUAL = 'http://localhost:8000';
const COLUMNS = 102;

const SESSION = [
  'stamp new "Free shipping from 30 €"',
  'stamp TKT-1 --update --once',
  'stamp TKT-1 --promote',
  'stamp why TKT-1',
  'stamp TKT-1 --promote --yes',
  'stamp --list --prod',
];

/** An application with two modules, in git. */
function makeApp(folder) {
  const files = {
    'src/shipping.js': 'export const shipping = (total) => (total < 30 ? 4.9 : 0);\n',
    'src/cart.js': "import { shipping } from './shipping.js';\nexport const total = (sum) => sum + shipping(sum);\n",
    '.stamprc.json': '{ "page": "http://localhost:8080/" }\n',
  };
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  const git = (...args) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Alice');
  git('config', 'user.email', 'alice@example.com');
  git('add', '--all');
  git('commit', '--quiet', '--message=Free shipping');
}

/** What the line writes to a terminal. */
function run(line, { app, bin, home }) {
  const { NO_COLOR: _none, ...inherited } = process.env;
  const env = {
    ...inherited,
    HOME: home,
    PATH: `${bin}:${process.env.PATH}`,
    TERM: 'xterm-256color',
    SHELL: '/bin/sh',
  };
  const sized = `stty cols ${COLUMNS} rows 40; ${line}`;
  return execFileSync('script', ['-qec', sized, '/dev/null'], { cwd: app, env, encoding: 'utf8' });
}

/** An escape sequence with its codes, or any other character. */
const SEQUENCE = new RegExp(String.raw`${'\x1b'}\[([\d;]*)[A-Za-z]|([^])`, 'gu');

const COLOURS = { 31: '#f85149', 32: '#3fb950', 33: '#d29922', 36: '#39c5cf' };
const PLAIN = { fill: '#e6edf3', bold: false };

/** One code of a "select graphic rendition" sequence. */
function styled(style, code) {
  if (code === '1') return { ...style, bold: true };
  if (code === '2') return { ...style, fill: '#8b949e' };
  if (code === '22') return { ...style, bold: false, fill: PLAIN.fill };
  if (COLOURS[code]) return { ...style, fill: COLOURS[code] };
  return code === '39' ? { ...style, fill: PLAIN.fill } : PLAIN;
}

/** Lines of cells, as they stand in the end: what a carriage return wrote over is gone. */
function screenOf(text) {
  const lines = [[]];
  let [style, column] = [PLAIN, 0];
  for (const [, codes, other] of text.matchAll(SEQUENCE)) {
    if (other === undefined) style = (codes || '0').split(';').reduce(styled, style);
    else if (other === '\r') column = 0;
    else if (other === '\n') {
      lines.push([]);
      column = 0;
    } else if (other >= ' ') lines.at(-1)[column++] = { letter: other, ...style };
  }
  return lines;
}

/** Words of equal style with one blank between them, and the column where they begin: blanks beside each other are no text. */
function runsOf(line) {
  const cells = [...line].map((cell) => cell ?? { letter: ' ' });
  const runs = [];
  let blanks = 2;
  cells.forEach(({ letter, fill, bold }, column) => {
    if (letter === ' ') return void blanks++;
    const last = runs.at(-1);
    const joins = blanks < 2 && last?.fill === fill && last.bold === bold;
    if (joins) last.text += ' '.repeat(blanks) + letter;
    else runs.push({ column, text: letter, fill, bold });
    blanks = 0;
  });
  return runs;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function drawn(lines) {
  const [cell, height, margin, bar] = [8.4, 20, 20, 36];
  const [width, full] = [Math.ceil(COLUMNS * cell + 2 * margin), bar + lines.length * height + margin];
  const texts = lines.flatMap((line, row) =>
    runsOf(line).map(({ column, text, fill, bold }) => {
      const [x, y] = [(margin + column * cell).toFixed(1), bar + (row + 1) * height - 5];
      // Whatever the font is, columns stand under each other.
      const size = `textLength="${([...text].length * cell).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
      return `<text x="${x}" y="${y}" fill="${fill}"${bold ? ' font-weight="700"' : ''} ${size}>${escape(text)}</text>`;
    }),
  );
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${margin + 4 + index * 20}" cy="18" r="6" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${full}" viewBox="0 0 ${width} ${full}" role="img" aria-label="A session of stamp in a terminal">`,
    `<rect width="${width}" height="${full}" rx="10" fill="#161b22"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'stamp-picture-'));
const [app, bin] = ['shop', 'bin'].map((name) => path.join(home, name));
try {
  fs.mkdirSync(bin);
  fs.symlinkSync(STAMP, path.join(bin, 'stamp'));
  fs.mkdirSync(app);
  makeApp(app);
  const shown = SESSION.map((line) => {
    const output = run(line, { app, bin, home }).replaceAll(process.env.STAMP_URL, USUAL);
    return `\x1b[32m$\x1b[39m \x1b[1m${line}\x1b[22m\r\n${output.trimEnd()}\r\n`;
  });
  fs.writeFileSync(PICTURE, drawn(screenOf(shown.join('\r\n').trimEnd())));
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}
