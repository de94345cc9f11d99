// Who may import whom. The rooms of src/ stand in one order, and each may import only those to its left.
// `npm run check -- boundaries`. A better order is changed here and in docs/ARCHITECTURE.md, never worked around.

/** From left to right; the four on the ground floor stand beside each other. */
const groundFloor = ['rest', 'workflow', 'log', 'jobs'];
const upstairs = [
  'quotas',
  'stream',
  'access',
  'files',
  'packages',
  'projects',
  'tickets',
  'subtickets',
  'promotion',
  'artifacts',
  'bundle',
  'import-maps',
  'modules',
  'pipeline',
  'chat-commands',
  'integrations',
  'pages',
  'operate',
];
const rooms = ['platform', ...groundFloor, ...upstairs];
/** What others reach the server through: they know the contract (openapi.json), never its insides. */
const outside = ['client', 'cli'];

const room = (...names) => `^src/(${names.join('|')})/`;
const top = '^src/(app\\.module|main|stampline|data-source|typeorm-command)\\.ts$';
const spec = '\\.spec\\.ts$';
const pure = ['^src/workflow/', '\\.rules\\.ts$', '/domain/'];

/** `from` may import nothing of `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const order = rooms.flatMap((name, index) => {
  const beside = groundFloor.includes(name) ? groundFloor.filter((other) => other !== name) : [];
  const right = rooms.slice(index + 1).filter((other) => !beside.includes(other));
  const barred = [
    ...right,
    ...beside.filter((other) => !(name === 'rest' && ['log', 'workflow', 'jobs'].includes(other))),
  ];
  if (barred.length === 0) return [];
  return [
    forbid(
      `order-${name}`,
      `${name}/ may import only the rooms to its left.`,
      { path: room(name) },
      { path: room(...barred) },
    ),
  ];
});

const house = [
  forbid(
    'unknown-room',
    'A folder of src/ that has no place in the order: give it one in .dependency-cruiser.cjs.',
    { path: '^src/[^/]+/', pathNot: room(...rooms, ...outside) },
    {},
  ),
  forbid(
    'no-room-to-top',
    'The top assembles the rooms; no room knows it.',
    { path: '^src/[^/]+/', pathNot: spec },
    { path: top },
  ),
  forbid(
    'config-is-a-leaf',
    'config.ts and config-values.ts read the environment and import nothing of ours but how a word is quoted and what a URL of modules may be.',
    { path: '^src/config(-values)?\\.ts$' },
    { path: '^src/', pathNot: '^src/(config-values|platform/(shell-quote|modules-url))\\.ts$' },
  ),
  forbid(
    'workflow-alone',
    'workflow/ imports nothing but itself.',
    { path: room('workflow'), pathNot: spec },
    { pathNot: room('workflow') },
  ),
  forbid(
    'outside-knows-the-contract-only',
    'cli/, client/ and panel/ never import the server. What both sides must agree on stands in files without imports: how a word is quoted for a shell, what steers a terminal, what may come to git, what a package exports, and which refusals are rules.',
    { path: [room(...outside), '^panel/'] },
    {
      path: '^src/',
      pathNot: [
        room(...outside),
        '^src/platform/(shell-quote|git-facts|package-(?:exports|limits)|steering|refusals/rules)\\.ts$',
      ],
    },
  ),
  forbid(
    'server-not-to-outside',
    'The server never imports its clients.',
    { path: '^src/', pathNot: [room(...outside), spec] },
    { path: [room(...outside), '^panel/'] },
  ),
  forbid(
    'src-not-to-trials',
    'Nothing that ships imports tests or measurements; specs may use the builders.',
    { path: '^src/', pathNot: spec },
    { path: ['^(test|bench|fuzz|scripts)/', spec] },
  ),
];

const purity = [
  forbid(
    'pure-no-framework',
    'Rules import neither Nest nor a database.',
    { path: pure, pathNot: spec },
    { path: 'node_modules/(@nestjs|@fastify|fastify|typeorm|pg|pino|prom-client)/' },
  ),
  forbid(
    'pure-no-node',
    'Rules know no clock, no randomness, no files.',
    { path: pure, pathNot: spec },
    { dependencyTypes: ['core'] },
  ),
];

const hygiene = [
  forbid(
    'no-circular',
    'Each file can be read without the ones that use it; between entities too.',
    {},
    { circular: true },
  ),
  forbid(
    'no-orphans',
    'Imported by nothing and importing nothing.',
    // page-script.js is sent to browsers, not imported.
    { orphan: true, pathNot: [top, spec, '^src/config\\.ts$', '\\.d\\.ts$', '/page-script\\.js$'] },
    {},
  ),
  forbid('no-unresolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
  forbid(
    'no-dev-dependency',
    'What ships runs without the development dependencies.',
    { path: '^src/', pathNot: spec },
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  ),
  forbid(
    'no-undeclared-dependency',
    'A package that package.json does not name.',
    { path: '^src/' },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  ),
];

module.exports = {
  forbidden: [...order, ...house, ...purity, ...hygiene],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count like any other.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
};
