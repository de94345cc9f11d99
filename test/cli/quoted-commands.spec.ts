// The rules of eslint.config.js that keep a command for people from being made of unquoted words, and a terminal from being
// written to past the class that leaves out what steers one: they find each way in which somebody would do it.
import { ESLint, Linter } from 'eslint';
import { parser } from 'typescript-eslint';

type Rules = Linter.Config['rules'];

let rules: Record<'command' | 'server' | 'script', Rules>;
beforeAll(async () => {
  const eslint = new ESLint();
  const of = async (file: string): Promise<Rules> => {
    const config = (await eslint.calculateConfigForFile(file)) as { rules: Record<string, unknown> };
    return { 'no-restricted-syntax': config.rules['no-restricted-syntax'] } as Rules;
  };
  rules = {
    command: await of('src/cli/verbs/why.ts'),
    server: await of('src/platform/principal.ts'),
    script: await of('scripts/seed.mjs'),
  };
});

const found = (kind: keyof typeof rules, code: string): number =>
  new Linter().verify(code, [{ files: ['**'], languageOptions: { parser }, rules: rules[kind] ?? {} }], 'x.ts').length;

describe.each(['command', 'server', 'script'] as const)('in code of the %s', (kind) => {
  test.each([
    'say(`stamp ${key} --promote`)',
    'say(`It is closed: stamp reopen ${key}`)',
    "say('git revert ' + commit)",
    "say('Then: git checkout ' + branch + '.')",
    "say(what + 'curl ' + url)",
    'say(`end it with kill -INT ${pid}`)',
    'say(`(chmod 600 ${file})`)',
    'say(`STAMP_URL=${url} stamp doctor`)',
    'say(`stampline token create --scope ${scope}`)',
    "say(['stamp', 'why', key].join(' '))",
    "say(['git revert', commit].join(' '))",
    'say(`docker exec ${name} psql`)',
  ])('it finds %s', (code) => expect([code, found(kind, code)]).toEqual([code, 1]));

  test.each([
    'say(shell`stamp ${key} --promote`)',
    'say(`It is closed: ${shell`stamp reopen ${key}`}`)',
    "say('stamp token list shows them: ' + count)",
    'say(`There is no ticket ${key}. stamp list shows them.`)',
    "say([name, email].join(' '))",
  ])('it leaves %s', (code) => expect([code, found(kind, code)]).toEqual([code, 0]));
});

test.each(['process.stdout.write(line)', 'out.stderr.write(line)', 'stderr.write(line)', 'console.log(line)'])(
  'the command writes to no terminal by %s',
  (code) => expect([code, found('command', code)]).toEqual([code, 1]),
);
