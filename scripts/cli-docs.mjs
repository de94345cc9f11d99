// Writes docs/CLI.md: scripts/cli-docs.md, with what the verbs say of themselves in the places marked <!-- … -->. With --check
// fails when the checked-in one differs.
import fs from 'node:fs';
import '../test/setup/typescript.mjs';
import { ensureClientTypes } from './client-types.mjs';
import { keepGenerated } from './generated-file.mjs';

await ensureClientTypes();
const from = (file) => import(`../src/cli/${file}.ts`);
const [{ GROUPS }, { COMMON, GRAMMAR }, { EXIT_MEANINGS }, settings, says, { INSTALL }] = await Promise.all(
  [
    'verbs/all',
    'shell/grammar',
    'words/exit-codes',
    'session/settings',
    'session/settings-help',
    'words/completion-scripts',
  ].map(from),
);

const NAME = 'stamp';
const prose = (text) => text.replaceAll('<', '&lt;');
const cell = (text) => text.replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;
const table = (heading, rows) =>
  [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const options = (lines) =>
  lines?.length
    ? table(
        ['option', ''],
        lines.map(([flags, text]) => [code(flags), prose(text)]),
      )
    : '';

/** A line for each, what it does beside it as a comment of the shell's. */
function examples(verb) {
  const width = Math.max(...verb.examples.map(({ run }) => run.length));
  const line = ({ run, says: what, exit }) => `${run.padEnd(width)}    # ${what}${exit ? ` (exit code ${exit})` : ''}`;
  return ['```sh', ...verb.examples.map(line), '```'].join('\n');
}

/** `stamp sub add <ticket>`, and below it what stands below it. */
function chapter(verb, path, level) {
  const title = [path, verb.verbs && !verb.run ? '' : (verb.takes ?? '')].filter(Boolean).join(' ');
  return [
    `${'#'.repeat(level)} ${code(title)}`,
    prose([`${verb.summary}.`, verb.description].filter(Boolean).join(' ')),
    examples(verb),
    options(verb.options),
    ...(verb.verbs ?? []).map((below) => chapter(below, `${path} ${below.name}`, level + 1)),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const parts = {
  settings: table(
    ['setting', 'flag', 'variable', 'default', ''],
    settings.KEYS.map((key) => {
      const flag = [...COMMON, ...GRAMMAR.options].find(([flags]) => new RegExp(`--${key}\\b`).test(flags))?.[0];
      const [variable, byDefault] = [settings.VARIABLES[key], settings.DEFAULTS[key]];
      return [
        code(key),
        flag ? code(flag) : '',
        variable ? code(variable) : '',
        byDefault ? code(byDefault) : '',
        says.SETTINGS_SAY[key],
      ];
    }),
  ),
  environment: table(
    ['variable', ''],
    says.VARIABLES_SAY.map(([name, text]) => [code(name), text]),
  ),
  'exit-codes': table(['code', ''], Object.entries(EXIT_MEANINGS)),
  completion: table(
    ['shell', 'once'],
    Object.entries(INSTALL).map(([shell, line]) => [shell, code(line)]),
  ),
  grammar: [`${GRAMMAR.summary}.`, examples(GRAMMAR), options(GRAMMAR.options)].join('\n\n'),
  verbs: GROUPS.map(({ title, verbs }) =>
    [`### ${title}`, ...verbs.map((verb) => chapter(verb, `${NAME} ${verb.name}`, 4))].join('\n\n'),
  ).join('\n\n'),
  common: options(COMMON),
};

const template = fs.readFileSync(new URL('cli-docs.md', import.meta.url), 'utf8');
const text = template.replace(/<!-- ([a-z-]+) -->/g, (_, name) => {
  if (!parts[name]) throw new Error(`scripts/cli-docs.md asks for '${name}', which there isn't.`);
  return parts[name];
});
keepGenerated('docs/CLI.md', text, 'npm run docs:cli');
