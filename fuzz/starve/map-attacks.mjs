// Attacks on modules and maps.
import { ANY_VERSION, form, fresh, get, laid, patch, post, refused, several } from './making.mjs';

const upload = ({ send, ground }, texts, files) => send(`/api/v1/ticket/${ground.ticket}/modules/`, form(texts, files));

const packageOf = (files) => (turn) =>
  upload(turn, { name: 'hostile' }, { ...files, 'index.js': `export default '${fresh()}'` });

const relativeImports = (count) => several(count, (index) => `import './m${index}.js';`).join('\n');
const bareImports = (count) => several(count, (index) => `import 'p${index}';`).join('\n');

/** STAMPLINE_MAX_IMPORTS, of one module. */
const MOST_IMPORTS = 20_000;
const CLIENTS = 16;
const wide = (count) => (turn) =>
  upload(turn, { name: 'wide' }, { 'index.js': `${relativeImports(count)}\n// ${fresh()}` });
const bare = (count) => (turn) =>
  upload(turn, { specifier: 'bare' }, { 'bare.js': `${bareImports(count)}\n// ${fresh()}` });

/** STAMPLINE_MAX_FILES. */
const modulesByUrl = (letter, from = 0) =>
  several(5000, (index) => ({ specifier: `${letter}${from + index}`, url: `https://cdn.example/${fresh()}.js` }));

const described = (description, files) => ({ 'package.json': JSON.stringify(description), ...files });
const ownNames = { 'own.js': several(200, (index) => `import '#${index}${'x'.repeat(1000)}';`).join('') };
const library = Object.fromEntries(several(1000, (index) => [`lib/${'a'.repeat(50)}${index}.js`, '']));

/** Targets with stars, lists and conditions without end. */
const TOO_MUCH = [
  described({ imports: { '#*': `a${'*'.repeat(250_000)}` } }, ownNames),
  described({ imports: { '#*': several(100_000, () => 'a') } }, ownNames),
  described({ exports: { './*': `./${'*'.repeat(500_000)}` } }, library),
];

/** As many as are read. */
const AS_MUCH = [
  described(
    { exports: Object.fromEntries(several(50, (index) => [`./${index}/*`, several(4, () => './*/*')])) },
    library,
  ),
  described({ exports: Object.fromEntries(several(20, (index) => [`./${index}/*`, './lib/*'])) }, library),
];

/** For each client a ticket with many keys that production has not, and one with as many that it has. */
async function ownTickets(ground) {
  const call = async (path, body) => {
    const reply = await fetch(ground.base + path, post(body));
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const made = async (letter, client) => {
    const { id } = await call('/api/v1/ticket/', { title: 'many keys' });
    for (const from of [0, 5000])
      await call(`/api/v1/ticket/${id}/modules/`, { modules: modulesByUrl(`${letter}${client}-`, from) });
    return id;
  };
  while (ground.own.length < CLIENTS) {
    ground.own.push(await made('own', ground.own.length));
    const { id } = await call('/api/v1/ticket/', { title: 'the keys of production' });
    await call(`/api/v1/ticket/${id}/modules/`, { modules: modulesByUrl('k') });
    ground.common.push(id);
  }
}

const rebased =
  (keyOf) =>
  ({ send, client, ground }) =>
    send(
      `/api/v1/ticket/${ground.common[client]}/rebase/`,
      post(Object.fromEntries(several(5000, (index) => [keyOf(index), 'mine']))),
    );

/** A client's own ticket. */
const ofOwn =
  (path, options) =>
  ({ send, client, ground }) =>
    send(`/api/v1/ticket/${ground.own[client]}/${path}`, options);

const ofCommon =
  (path, options) =>
  ({ send, client, ground }) =>
    send(`/api/v1/ticket/${ground.common[client]}/${path}`, options);

/** To the next stage, and back. */
const there = async (turn) => {
  await ofOwn('promote/', post(GIT))(turn);
  await ofOwn('revert/', post({}))(turn);
};

const CHANGED = several(20, (index) => `src/${'folder/'.repeat(8)}${index}.js`).join('&changed=');
const GIT = { git_commits: several(100, (index) => `abcdef${String(index).padStart(4, '0')}`) };

/** @type {readonly import('./making.mjs').Attack[]} */
export const MAP_ATTACKS = [
  {
    name: 'sources with a run of slashes',
    ways: [
      (turn) =>
        upload(
          turn,
          { mode: 'sources' },
          { 'src/a.js': `//# sourceMappingURL=a.js.map\n${'/'.repeat(60)}\nexport default ${turn.turn};\n` },
        ),
    ],
  },
  {
    name: 'a package with as many relative imports as may be, and with 200 000',
    ways: [wide(MOST_IMPORTS), refused('200 000 imports', wide(200_000))],
  },
  {
    name: 'packages whose package.json says as much as it may, and too much',
    ways: [
      ...AS_MUCH.map(packageOf),
      ...TOO_MUCH.map((files) => refused('more than a package may say', packageOf(files))),
    ],
  },
  {
    name: 'a module with as many bare imports as may be, and with 100 000',
    ways: [bare(MOST_IMPORTS), refused('100 000 imports', bare(100_000))],
  },
  {
    name: 'production gets 40 000 keys',
    prepare: ownTickets,
    ways: [
      ({ send }) => send('/import-map.json?skip_url_check=true&lenient=1&env=default', laid(40_000)),
      ({ send }) => send('/api/v1/stage/prod/?project=default&lenient=1', laid(1000, ANY_VERSION)),
    ],
  },
  {
    name: 'readers of a large module that never read',
    ways: [({ hold, ground }) => hold(ground.modulePath)],
  },
  {
    name: 'URLs in a zone without a name server',
    ways: [
      refused('a URL that nobody answers for', ({ send }) =>
        send('/services', patch({ service: fresh(), url: `https://${fresh()}.silent.example/app.js` })),
      ),
    ],
  },
  {
    name: 'modules by URL, as many as one body has',
    prepare: ownTickets,
    ways: [
      ({ send, client, ground }) =>
        send(
          `/api/v1/ticket/${ground.own[client]}/modules/?lenient=1`,
          post({ modules: modulesByUrl(`own${client}-`) }),
        ),
    ],
  },
  {
    name: 'rebases of 5000 keys',
    prepare: ownTickets,
    ways: [rebased((index) => `k${index}`), refused('keys that the ticket has not', rebased(fresh))],
  },
  {
    name: 'tickets of some 10 000 keys go on and back, and are looked at',
    prepare: ownTickets,
    ways: [
      ofOwn('promote/?dry_run=1', post(GIT)),
      there,
      ofOwn('why/'),
      ofOwn('diff/'),
      ofOwn('diff/?to=dev&from=release:0'),
      ofOwn(`sources/?changed=${CHANGED}&under=src/`),
      get(({ client, ground }) => `/import-map.json?qa=${ground.own[client]}`),
      ofCommon('why/?to=prod'),
      ofCommon('diff/'),
    ],
  },
  {
    name: 'modules by a pattern',
    ways: [
      get(() => `/api/v1/module/?specifier__startswith=${fresh()}&limit=1000`),
      get(({ ground }) => `/api/v1/module/?ticket=${ground.ticket}&project=default&offset=0`),
      get('/api/v1/module/?specifier=large'),
    ],
  },
];
