// What deploy/ has is understood by the programs that it is for, as far as this machine has them.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
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
