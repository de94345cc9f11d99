// npm run seed: fills a running server with a believable demo, forty tickets in all states, for docs and first looks.
// Talks to STAMP_URL (http://localhost:8000) as any client does. The packages are Debian's; the people are made up.
import { CHANGES } from './seed-changes.mjs';

const base = process.env.STAMP_URL ?? 'http://localhost:8000';
const api = `${base}/api/v1`;

/** A small generator with a fixed seed, so that every demo looks the same. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
const random = generator(42);
const pick = (list) => list[random(list.length)];

async function call(method, path, body) {
  const reply = await fetch(`${api}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => fail(`no server answers at ${base}. Start one with npm start, or set STAMP_URL.`));
  const text = await reply.text();
  if (!reply.ok) fail(`${method} ${path} answered ${reply.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function fail(message) {
  console.error(`seed: ${message}`);
  process.exit(1);
}

const PEOPLE = [
  ['Alice Martin', 'alice@debian.example'],
  ['Bob Okafor', 'bob@debian.example'],
  ['Chidi Anand', 'chidi@debian.example'],
  ['Dana Novak', 'dana@debian.example'],
  ['Release Team', 'release@debian.example', true],
];

const status = (id, step, value, more = {}) =>
  call('PATCH', `/updateticketstatus/${id}/`, { current_workflow_step: step, status: value, ...more });
const subStatus = (id, step, value, more = {}) =>
  call('PATCH', `/updatesubticketstatus/${id}/`, { current_workflow_step: step, status: value, ...more });

/** Brings a new ticket to a state the way CI tools would. */
async function advance(ticket, state, failure) {
  const subs = ticket.subtickets.map((one) => one.id);
  const build = async (value) => {
    for (const id of subs) await subStatus(id, 200, value);
  };
  const [failsAt, code, kind, reason] = failure ?? [];
  const report = { reason, code, kind, log: `http://builds.example/${ticket.key}.log` };
  if (state === 'queued') return;
  if (state === 'building') return build(100 + random(800));
  if (failsAt === 200) {
    await build(100);
    await subStatus(subs[0], 999, 999, report);
    if (state === 'retried') await retry(ticket);
    return;
  }
  await build(1000);
  if (state === 'built') return;
  const line = {
    image: [300, 400],
    testing: [400, 120],
    publishing: [500, 10],
    complete: [1000, 1000],
    closed: [400, 700],
  };
  const [step, value] = line[state] ?? [failsAt, 500];
  for (const before of [300, 400, 500].filter((one) => one < step)) await status(ticket.id, before, 1000);
  await status(ticket.id, step, value);
  if (step > 300) await image(ticket);
  if (failure) await status(ticket.id, 999, 999, report);
  if (state === 'closed') await call('POST', `/ticket/${ticket.id}/close/`, { reason: 'Superseded by another change' });
}

const image = (ticket) =>
  call('POST', '/ticketartifact/', {
    name: `image-${ticket.key}`,
    ticket: ticket.id,
    reference: `http://images.example/${ticket.key}.img`,
    type: 'IMAGE',
  });

/** A new upload of the first package, which builds. */
async function retry(ticket) {
  const { sourcepackage, version } = ticket.subtickets[0].source_package_upload;
  const spu = await call('POST', '/spu/', { sourcepackage: sourcepackage.resource_uri, version: `${version}.1` });
  const again = { ticket: ticket.id, source_package_upload: spu.resource_uri, assignee: ticket.owner };
  const { id } = await call('POST', '/subticket/', again);
  await subStatus(id, 200, 250);
}

const people = [];
for (const [name, email, isTeam = false] of PEOPLE) {
  const known = await call('GET', `/person/?email=${encodeURIComponent(email)}`);
  people.push(known.objects[0] ?? (await call('POST', '/person/', { name, email, is_team: isTeam })));
}
for (const [index, [state, title, packages, failure]] of CHANGES.entries()) {
  const owner = pick(people.slice(0, 4));
  const bug = `https://bugs.debian.org/${1100000 + random(20000)}`;
  const ticket = await call('POST', '/bundle/', {
    owner: owner.email,
    title,
    description: `Uploads ${packages.map((one) => one.join(' ')).join(', ')}.`,
    bug_id: bug,
    links: [{ kind: 'bug', url: bug, title: 'The report' }],
    people: [
      { person: owner.id, role: 'owner' },
      { person: people[4].id, role: 'driver' },
    ],
    components: [{ kind: 'ppa', name: `ppa:${owner.email.split('@')[0]}/staging` }],
    subtickets: packages.map(([sourcepackage, version]) => ({ sourcepackage, version, assignee: owner.email })),
  });
  await advance(ticket, state, failure);
  if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${CHANGES.length} tickets`);
}
if (process.stderr.isTTY) process.stderr.write('\n');
console.log(`${CHANGES.length} tickets at ${base}/`);
