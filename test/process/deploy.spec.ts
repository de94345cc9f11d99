// What deploy/ has is understood by the programs that it is for, as far as this machine has them.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { LONGEST_SECONDS } from '../../src/tickets/ticket-waiter.js';
import { endAll, newFolder } from './server-process.js';

const run = promisify(execFile);
const scratch = newFolder();
afterAll(endAll);

const programs: readonly (readonly [string, (program: string) => Promise<unknown>])[] = [
  ['/usr/sbin/haproxy', (haproxy) => run(haproxy, ['-c', '-f', 'deploy/haproxy.cfg'])],
  ['/usr/bin/caddy', (caddy) => run(caddy, ['validate', '--adapter', 'caddyfile', '--config', 'deploy/Caddyfile'])],
  ['/usr/sbin/nginx', checkNginx],
  ['/usr/bin/systemd-analyze', checkUnits],
];

/** The site as it is, with a certificate that is there and ports that anybody may take. */
async function checkNginx(nginx: string): Promise<void> {
  const [key, cert] = [path.join(scratch, 'key.pem'), path.join(scratch, 'cert.pem')];
  const subject = ['-subj', '/CN=stamp.example.org', '-days', '2'];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject]);
  const site = fs.readFileSync('deploy/nginx.conf', 'utf8').replaceAll('/etc/stampline/', `${scratch}/`);
  fs.writeFileSync(
    path.join(scratch, 'site.conf'),
    site
      .replace(/listen (443|80)\b/g, (_, port: string) => `listen 127.0.0.1:${Number(port) + 24_000}`)
      .replace(/.*\[::\].*/g, ''),
  );
  const file = path.join(scratch, 'nginx.conf');
  fs.writeFileSync(file, `pid ${scratch}/pid;\nevents {}\nhttp { access_log off; include ${scratch}/site.conf; }\n`);
  await run(nginx, ['-t', '-e', `${scratch}/error.log`, '-c', file]);
}

async function checkUnits(analyze: string): Promise<void> {
  const units = fs.readdirSync('deploy').filter((name) => /\.(service|timer)$/.test(name));
  expect(units).toHaveLength(4);
  const { stderr } = await run(analyze, ['verify', '--man=no', ...units.map((name) => path.resolve('deploy', name))]);
  // Other units of the machine are none of ours.
  expect(stderr.split('\n').filter((line) => line.includes('stampline'))).toEqual([]);
}

for (const [program, check] of programs) {
  const isThere = fs.existsSync(program);
  if (!isThere) console.log(`deploy/ isn't shown to ${program}, which is not here.`);
  (isThere ? it : it.skip)(`${path.basename(program)} takes it`, () => check(program), 30_000);
}

/** What ends a request that is answered late, and the seconds that each file says; undefined: the program's own, which is none. */
const PATIENCE: readonly (readonly [string, RegExp, 'said' | 'left out'])[] = [
  ['deploy/haproxy.cfg', /^\s*timeout server\s+(\S+)/gm, 'said'],
  ['deploy/haproxy.cfg', /^\s*timeout client\s+(\S+)/gm, 'said'],
  ['deploy/nginx.conf', /^\s*proxy_read_timeout\s+(\S+);/gm, 'said'],
  ['deploy/Caddyfile', /^\s*(?:read_timeout|write_timeout|response_header_timeout)\s+(\S+)/gm, 'left out'],
];

const secondsIn = (time: string): number => {
  const [, number, unit = ''] = /^(\d+)(ms|s|m|h)?$/.exec(time) ?? [];
  return Number(number) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? Number.NaN);
};

it.each(PATIENCE)('%s waits longer than the longest ?wait= takes: %s', (file, setting, is) => {
  const times = [...fs.readFileSync(file, 'utf8').matchAll(setting)].map(([, time = '']) => time);
  if (is === 'said') expect(times).not.toEqual([]);
  // Ten seconds are for the answer itself, on a machine that has much to do.
  for (const time of times) expect(secondsIn(time)).toBeGreaterThanOrEqual(LONGEST_SECONDS + 10);
});
