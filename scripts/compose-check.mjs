// What docker-compose.yml and the Dockerfile must say for their promises to hold: a trusted port is a loopback port,
// nothing starts before what it needs, data outlives containers, the image isn't root's; and that deploy/compose.tls.yml on
// top of it asks for tokens and trusts its own proxy. No Docker is needed to check.
import fs from 'node:fs';
import { parseDocument, YAMLSeq } from 'yaml';

const text = (file) => fs.readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const problems = [];
const must = (holds, otherwise) => {
  if (!holds) problems.push(otherwise);
};
const seconds = (duration) => Number(/^(\d+)s$/.exec(duration ?? '')?.[1] ?? NaN);

/** Every service: a pinned image or one that is built, a health check, a time to stop in, a volume that is declared. */
function checkService(name, service, volumes) {
  must(
    service.build || /:\d+\.\d+(\.\d+)?@sha256:[\da-f]{64}$/.test(service.image ?? ''),
    `${name}: the image isn't pinned to a version and its digest`,
  );
  must(service.cap_drop?.includes('ALL'), `${name}: keeps capabilities`);
  must(service.security_opt?.includes('no-new-privileges:true'), `${name}: may gain privileges`);
  must(service.read_only === true, `${name}: its root file system is writable`);
  must(
    !/\$\{\w*PASSWORD(?!:\?)/.test(JSON.stringify(service)),
    `${name}: a password that isn't demanded: \${NAME:?what it is}`,
  );
  must(Array.isArray(service.healthcheck?.test), `${name}: no health check in list form`);
  must(service.restart === 'unless-stopped', `${name}: restart isn't unless-stopped`);
  must(seconds(service.stop_grace_period) >= 35, `${name}: less than 35 s to stop in`);
  for (const mount of service.volumes ?? []) {
    const source = String(mount).split(':')[0];
    if (source.startsWith('./')) must(fs.existsSync(new URL(`../${source}`, import.meta.url)), `${name}: no ${source}`);
    else must(Object.hasOwn(volumes, source), `${name}: the volume ${source} isn't declared`);
  }
  for (const needed of Object.keys(service.depends_on ?? {})) {
    must(
      service.depends_on[needed]?.condition === 'service_healthy',
      `${name}: doesn't wait until ${needed} is healthy`,
    );
  }
}

function checkApp(app) {
  const ports = app.ports ?? [];
  must(ports.length > 0, 'app: publishes no port');
  must(
    app.environment?.STAMPLINE_LISTEN_TRUST !== 'published-loopback' ||
      ports.every((port) => /^127\.0\.0\.1:\d+:8000$/.test(port)),
    'app: STAMPLINE_LISTEN_TRUST is published-loopback, but a port is published beyond 127.0.0.1',
  );
  must(app.depends_on?.db, "app: doesn't wait for db");
  must(/@db:5432\//.test(app.environment?.DATABASE_URL ?? ''), "app: DATABASE_URL isn't the db service's");
  must(
    JSON.stringify(app.healthcheck?.test) === '["CMD","node","scripts/health.mjs","/readyz"]',
    "app: the health check doesn't ask /readyz as scripts/health.mjs does, which knows TLS",
  );
  must(app.tmpfs?.includes('/tmp'), 'app: /tmp is not writable');
}

function checkDatabase(db, app) {
  const environment = db.environment ?? {};
  must(db.ports === undefined, 'db: its port is published');
  must(
    (db.volumes ?? []).some((mount) => /:\/var\/lib\/postgresql$/.test(mount)),
    'db: its volume must be at /var/lib/postgresql (since Postgres 18)',
  );
  must(
    /--encoding=UTF8.*--builtin-locale=C\.UTF-8/.test(environment.POSTGRES_INITDB_ARGS ?? ''),
    'db: not UTF-8 and C.UTF-8',
  );
  must(/--data-checksums/.test(environment.POSTGRES_INITDB_ARGS ?? ''), 'db: no checksums');
  const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database } = environment;
  must(
    app.environment?.DATABASE_URL === `postgres://${user}:${password}@db:5432/${database}`,
    "app: DATABASE_URL isn't made of db's user, password and database",
  );
  must(/^\$\{\w+:\?[^}]+\}$/.test(password ?? ''), 'db: its password has a default, or is in the file');
}

/** The last stage is what ships. */
function checkDockerfile(dockerfile, app) {
  const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  must(/NODE_IMAGE=node:\d+\.\d+/.test(dockerfile), "Dockerfile: Node's image isn't pinned to a minor version");
  must(/^USER (?!root|0)/m.test(runtime), 'Dockerfile: runs as root');
  must(/^STOPSIGNAL SIGTERM$/m.test(runtime), 'Dockerfile: STOPSIGNAL');
  must(
    /^HEALTHCHECK [\s\S]*scripts\/health\.mjs", "\/livez/m.test(runtime),
    "Dockerfile: the health check doesn't ask /livez",
  );
  must(/^CMD \["node", /m.test(runtime), 'Dockerfile: CMD must start node itself, which gets the signals');
  must(
    /ln -s \/app\/scripts\/stampline\.mjs \/usr\/local\/bin\/stampline/.test(runtime),
    'Dockerfile: no stampline on PATH',
  );
  must(/NODE_ENV=production/.test(runtime) && /HOST=0\.0\.0\.0/.test(runtime), 'Dockerfile: NODE_ENV or HOST');
  const data = /STAMPLINE_DATA=(\S+)/.exec(runtime)?.[1];
  must(
    (app.volumes ?? []).some((mount) => String(mount).endsWith(`:${data}`)),
    `app: no volume at ${data}`,
  );
  for (const [, sources] of dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)) {
    for (const source of sources.split(' ')) {
      must(fs.existsSync(new URL(`../${source}`, import.meta.url)), `Dockerfile: copies ${source}, which isn't there`);
      must(text('.dockerignore').split('\n').includes(`!${source}`), `.dockerignore leaves out ${source}`);
    }
  }
}

/** Beyond this machine only the proxy is published, the app asks for tokens, and the one proxy that it trusts is this one. */
function checkTls({ app = {}, caddy = {} }) {
  const { environment = {}, networks = {} } = app;
  must(Array.isArray(app.ports) && app.ports.length === 0, 'tls: the app publishes a port of its own');
  must(environment.STAMPLINE_LISTEN_TRUST === '', "tls: the loopback's rules still hold");
  must(
    app.cap_drop === undefined && app.read_only === undefined,
    'tls: says again what docker-compose.yml says of the app',
  );
  must(environment.STAMPLINE_AUTH === 'required', 'tls: asks for no tokens');
  must(/^\$\{STAMPLINE_HOST:\?/.test(environment.STAMPLINE_ALLOWED_HOSTS ?? ''), 'tls: answers to no name of its own');
  must(environment.STAMPLINE_TRUSTED_PROXIES === caddy.networks?.proxy?.ipv4_address, 'tls: trusts another proxy');
  must(
    caddy.environment?.STAMPLINE_UPSTREAMS === `${networks.proxy?.ipv4_address}:8000`,
    "tls: the proxy's upstream isn't the app",
  );
  must('default' in networks, 'tls: the app lost its way to the database');
}

/** The document of a compose file; `!reset` takes away what the file below it says. */
function compose(file) {
  const reset = { tag: '!reset', collection: 'seq', nodeClass: YAMLSeq };
  const document = parseDocument(text(file), { uniqueKeys: true, customTags: [reset] });
  problems.push(...[...document.errors, ...document.warnings].map((problem) => `${file}: ${problem.message}`));
  return document.toJS() ?? {};
}

const { services = {}, volumes = {} } = compose('docker-compose.yml');
const tls = compose('deploy/compose.tls.yml');
checkService('caddy', tls.services?.caddy ?? {}, tls.volumes ?? {});
checkTls(tls.services ?? {});
const { app = {}, db = {} } = services;
for (const [name, service] of Object.entries(services)) checkService(name, service, volumes ?? {});
checkApp(app);
checkDatabase(db, app);
checkDockerfile(text('Dockerfile'), app);

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
