// Attacks on modules and maps.
import { patch, post, several, fresh, form, holdUnread } from './making.mjs';

const upload = ({ send, ground }, texts, files) => send(`/api/v1/ticket/${ground.ticket}/modules/`, form(texts, files));

const relativeImports = (count) => several(count, (index) => `import './m${index}.js';`).join('\n');
const bareImports = (count) => several(count, (index) => `import 'p${index}';`).join('\n');

/** STAMPLINE_MAX_IMPORTS, of one module. */
const MOST_IMPORTS = 20_000;

/** STAMPLINE_MAX_FILES. */
const modulesByUrl = (from = 0) =>
  several(5000, (index) => ({ specifier: `k${from + index}`, url: `https://cdn.example/${fresh()}.js` }));

const described = (description, files) => ({ 'package.json': JSON.stringify(description), ...files });
const ownNames = { 'own.js': several(200, (index) => `import '#${index}${'x'.repeat(1000)}';`).join('') };
const library = Object.fromEntries(several(1000, (index) => [`lib/${'a'.repeat(50)}${index}.js`, '']));

/** Targets with stars, lists and conditions without end, and as many as are read. */
const DESCRIPTIONS = [
  described({ imports: { '#*': `a${'*'.repeat(250_000)}` } }, ownNames),
  described({ imports: { '#*': several(100_000, () => 'a') } }, ownNames),
  described({ exports: { './*': `./${'*'.repeat(500_000)}` } }, library),
  described(
    { exports: Object.fromEntries(several(50, (index) => [`./${index}/*`, several(4, () => './*/*')])) },
    library,
  ),
  described({ exports: Object.fromEntries(several(20, (index) => [`./${index}/*`, './lib/*'])) }, library),
];

/** A ticket with many keys for each client. */
const own = [];

async function ownTickets({ base }) {
  const call = async (path, body) => {
    const reply = await fetch(base + path, post(body));
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  while (own.length < 16) {
    const { id } = await call('/api/v1/ticket/', { title: 'many keys' });
    for (const from of [0, 5000]) await call(`/api/v1/ticket/${id}/modules/`, { modules: modulesByUrl(from) });
    own.push(id);
  }
}

/** @type {readonly import('./making.mjs').Attack[]} */
export const MAP_ATTACKS = [
  {
    name: 'sources with a run of slashes',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { mode: 'sources' },
        { 'src/a.js': `//# sourceMappingURL=a.js.map\n${'/'.repeat(60)}\nexport default ${turn.turn};\n` },
      ),
  },
  {
    name: 'a package with 200 000 relative imports, and with as many as may be',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { name: 'wide' },
        { 'index.js': `${relativeImports(turn.turn % 2 ? 200_000 : MOST_IMPORTS)}\n// ${fresh()}` },
      ),
  },
  {
    name: 'packages whose package.json says too much, and as much as it may',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { name: 'hostile' },
        { ...DESCRIPTIONS[turn.turn % DESCRIPTIONS.length], 'index.js': `export default '${fresh()}'` },
      ),
  },
  {
    name: 'a module with 100 000 bare imports, and with as many as may be',
    covers: /^upload_modules$/,
    once: (turn) =>
      upload(
        turn,
        { specifier: 'bare' },
        { 'bare.js': `${bareImports(turn.turn % 2 ? 100_000 : MOST_IMPORTS)}\n// ${fresh()}` },
      ),
  },
  {
    name: 'production gets 40 000 keys',
    covers: /^(deployer_patch_map|write_stage)$/,
    once: ({ send }) =>
      send(
        '/import-map.json?skip_url_check=true',
        patch({
          imports: Object.fromEntries(several(40_000, (index) => [`k${index}`, `https://cdn.example/${fresh()}.js`])),
        }),
      ),
  },
  {
    name: 'maps of 20 unknown tickets',
    covers: /^(import_map|stamp_script)(_of)?$/,
    once: ({ send }) => send(`/import-map.json?${several(20, () => `dev=${fresh()}`).join('&')}`),
  },
  {
    name: 'readers of a large module that never read',
    covers: /^upload_modules$/,
    once: holdUnread(),
  },
  {
    name: 'URLs in a zone without a name server',
    covers: /^(deployer_patch_service|deployer_patch_map)$/,
    neverDone: 'a URL that nobody answers for is refused',
    once: ({ send }) => send('/services', patch({ service: fresh(), url: `https://${fresh()}.silent.example/app.js` })),
  },
  {
    name: 'modules by URL, as many as one body has',
    covers: /^upload_modules$/,
    prepare: ownTickets,
    once: ({ send, client }) => send(`/api/v1/ticket/${own[client]}/modules/`, post({ modules: modulesByUrl() })),
  },
  {
    name: 'rebases of 5000 keys',
    covers: /^rebase_ticket$/,
    prepare: ownTickets,
    once: ({ send, client, turn }) =>
      send(
        `/api/v1/ticket/${own[client]}/rebase/`,
        post(Object.fromEntries(several(5000, (index) => [turn % 4 === 3 ? fresh() : `k${index}`, 'mine']))),
      ),
  },
  {
    name: 'tickets of some 10 000 keys go on and back, and are looked at',
    covers: /^(promote_ticket|revert_ticket|why_ticket|diff_ticket|ticket_sources|import_map)$/,
    prepare: ownTickets,
    once: ({ send, client, turn }) => {
      const url = `/api/v1/ticket/${own[client]}/`;
      const ways = [
        () => send(`${url}promote/`, post({})),
        () => send(`${url}why/`),
        () => send(`${url}diff/`),
        () => send(`${url}sources/?changed=${several(20, (index) => `src/${index}.js`).join('&changed=')}`),
        () => send(`/import-map.json?qa=${own[client]}`),
        () => send(`${url}revert/`, post({})),
      ];
      return ways[turn % ways.length]();
    },
  },
  {
    name: 'modules by a pattern',
    covers: /^list_module$/,
    once: ({ send }) => send(`/api/v1/module/?specifier__startswith=${fresh()}&limit=1000`),
  },
];
