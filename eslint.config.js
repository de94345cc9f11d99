// What the linter refuses. Types are known to it in .ts files; formatting is prettier's and not mentioned here.
// `npm run check -- lint` allows no warning, so every rule is an error or off.
import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const typescript = ['src', 'test', 'bench', 'fuzz', 'migrations'].map((folder) => `${folder}/**/*.ts`);
/** Tests and measurements talk to answers whose shape is what they examine, and set the environment of what they start. */
const trials = ['src/**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts', 'fuzz/**/*.ts'];
const nodeGlobals = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']));

const size = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
  complexity: ['error', 15],
};

const correctness = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-implicit-coercion': ['error', { boolean: false }],
  'prefer-const': 'error',
};

/**
 * A command for people whose words are put in as they are: `git revert ${commit}`, 'stamp ' + key. The command's name begins what
 * follows, up to the value, without the end of a sentence between.
 */
const PROGRAMS =
  'stamp|stampline (?:backup|migrate|restore|token|verify)|git|curl|npm|npx|node|chmod|chown|mv|rm|cp|mkdir|kill|docker|psql|pg_[a-z]+|systemctl|sudo|apt-get';
const COMMAND = `(?:^|[\\s(:>\\x27])(?:(?:${PROGRAMS}) (?:[^.,;:\\x27]|[.,;:](?! ))*|[A-Z]+_[A-Z_]+=)$`;
/** @type {(message: string, selectors: readonly string[]) => {selector: string, message: string}[]} */
const forbidden = (message, selectors) => selectors.map((selector) => ({ selector, message }));

const UNQUOTED = forbidden(
  'A command is made by the tag shell of src/platform/shell-quote.ts, which quotes what is put in.',
  [
    `:not(TaggedTemplateExpression[tag.name='shell']) > TemplateLiteral > TemplateElement[tail=false][value.cooked=/${COMMAND}/]`,
    `BinaryExpression[operator='+'][right.type!='Literal'] > Literal.left[value=/${COMMAND}/]`,
    `BinaryExpression[operator='+'][right.type!='Literal'] > BinaryExpression.left > Literal.right[value=/${COMMAND}/]`,
    `CallExpression[callee.property.name=/^(join|concat)$/] > MemberExpression.callee > ArrayExpression.object > Literal[value=/^(?:${PROGRAMS})(?: |$)/]`,
  ],
);
/** What a terminal shows goes through the class that leaves out what steers one. */
const WRITES = forbidden('Only src/cli/output/ writes to the terminal: it leaves out what steers one.', [
  "CallExpression[callee.property.name='write'][callee.object.property.name=/^std(?:out|err)$/]",
  "CallExpression[callee.property.name='write'][callee.object.name=/^std(?:out|err)$/]",
  "CallExpression[callee.object.name='console']",
]);
const CLOCK = forbidden(
  "Only the database's clock orders anything: now() in SQL; performance.now() for how long something takes.",
  [
    "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    "NewExpression[callee.name='Date'][arguments.length=0]",
    "CallExpression[callee.name='Date']",
  ],
);

const TIMERS = forbidden('What runs by itself is a job: @Recurring of src/platform/recurring.ts.', [
  "CallExpression[callee.name='setInterval']",
]);

const CALLS_OUT = 'Only src/platform/outgoing/ calls other servers: it checks which.';

const unused = {
  argsIgnorePattern: '^_',
  varsIgnorePattern: '^_',
  caughtErrorsIgnorePattern: '^_',
  ignoreRestSiblings: true,
};

export default defineConfig(
  globalIgnores(['src/client/schema.d.ts', 'dist/', 'dist.*/', 'data/', 'coverage/', 'node_modules/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs,cjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: nodeGlobals },
    rules: { ...size, ...correctness, 'no-unused-vars': ['error', unused] },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' } },
  },
  {
    files: typescript,
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...size,
      ...correctness,
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      // Leaves files with decorators alone: there a class import that looks type-only is what Nest injects by.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', unused],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // An interface may ask for a promise that an implementation has no reason to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Without types: these come from openapi.json, and scripts/clients.mjs checks against them.
    files: ['examples/**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.recommended],
    rules: { ...size, ...correctness, '@typescript-eslint/no-unused-vars': ['error', unused] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/serve.ts', 'src/stampline.ts', 'src/cli/**', 'src/**/*.spec.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config.ts', 'src/cli/session/surroundings.ts', 'src/**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config.ts reads the environment.' },
      ],
      'no-restricted-imports': [
        'error',
        ...['process', 'node:process'].map((name) => ({
          name,
          importNames: ['env', 'default'],
          message: 'Only src/config.ts reads the environment; the rest of process is global.',
        })),
      ],
    },
  },
  { files: ['{src,scripts,examples}/**/*.{ts,js,mjs}'], rules: { 'no-restricted-syntax': ['error', ...UNQUOTED] } },
  {
    files: ['src/{cli,client}/**/*.ts'],
    ignores: ['src/cli/output/**', 'src/**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...UNQUOTED, ...WRITES] },
  },
  {
    // Promise 12: what is stored or ordered has the database's time, whatever this machine's clock says.
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', 'src/client/**', 'src/operate/**', 'src/**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...UNQUOTED, ...CLOCK] },
  },
  {
    // What begins before the application does, or outlives it, has timers of its own: ownership, the embedded Postgres, TLS.
    files: ['src/**/*.ts'],
    ignores: ['src/platform/**', 'src/cli/**', 'src/client/**', 'src/operate/**', 'src/**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', ...UNQUOTED, ...CLOCK, ...TIMERS] },
  },
  {
    // Whatever calls out goes through the guard that checks where to (promises.md, "SSRF").
    files: ['src/**/*.ts'],
    ignores: ['src/platform/outgoing/**', 'src/cli/**', 'src/client/**', 'src/**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket', 'EventSource'].map((name) => ({ name, message: CALLS_OUT })),
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        ...['http', 'https', 'http2', 'undici', 'node:http', 'node:https', 'node:http2'].map((name) => ({
          name,
          importNames: ['default', 'get', 'request', 'connect', 'fetch', 'Agent'],
          message: CALLS_OUT,
          allowTypeImports: true,
        })),
      ],
    },
  },
  {
    files: trials,
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
