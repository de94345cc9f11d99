// Makes dist/cli/: the command as one file without dependencies (stamp.mjs), and as a package for npm (stamp.tgz). The server
// hands both out at /cli/.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/**
 * No import and no export stands in the file, so that it runs under any name: without an ending, Node takes it for CommonJS
 * in some folders and for a module in others.
 */
const BANNER = '#!/usr/bin/env node\nvar require = (name) => process.getBuiltinModule(name);';

export async function buildCli({ root, dist }) {
  const { build, stop } = await import('esbuild');
  const { version, license, engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const folder = path.join(dist, 'cli');
  const file = path.join(folder, 'stamp.mjs');
  await build({
    entryPoints: [path.join(root, 'src/cli/main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'iife',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'inline',
    banner: { js: BANNER },
    define: { STAMP_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
  await stop(); // Its service would stay a child of the server.
  fs.chmodSync(file, 0o755);
  pack(folder, { name: 'stampline-cli', version, license, engines });
}

/** As `npm i -g` takes it. */
function pack(folder, manifest) {
  const content = path.join(folder, 'package');
  fs.mkdirSync(content);
  fs.copyFileSync(path.join(folder, 'stamp.mjs'), path.join(content, 'stamp.mjs'));
  const bin = { stamp: 'stamp.mjs', 'ticket-stamp': 'stamp.mjs' };
  fs.writeFileSync(
    path.join(content, 'package.json'),
    `${JSON.stringify({ ...manifest, description: 'The command line of Stampline.', bin }, null, 2)}\n`,
  );
  const args = ['pack', '--silent', '--offline', '--ignore-scripts', '--pack-destination', folder];
  const npm = process.env.npm_execpath;
  // npm says itself where it is to what it runs; a shell finds it elsewhere, on Windows too.
  if (npm?.endsWith('.js')) execFileSync(process.execPath, [npm, ...args], { cwd: content, stdio: 'pipe' });
  else execFileSync('npm', args, { cwd: content, stdio: 'pipe', shell: process.platform === 'win32' });
  fs.renameSync(path.join(folder, `${manifest.name}-${manifest.version}.tgz`), path.join(folder, 'stamp.tgz'));
  fs.rmSync(content, { recursive: true });
}
