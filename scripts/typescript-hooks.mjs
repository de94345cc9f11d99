// `./file.js` that is a `./file.ts` is compiled with swc as it is loaded; everything else is Node's own way.
import { transformFile } from '@swc/core';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const isOurs = (url) => url?.startsWith('file:') && !url.includes('/node_modules/');

export function resolve(specifier, context, next) {
  if (!/^\.{1,2}\/.*\.js$/.test(specifier) || !isOurs(context.parentURL)) return next(specifier, context);
  const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  if (!fs.existsSync(source)) return next(specifier, context);
  return { url: source.href, format: 'module', shortCircuit: true };
}

export async function load(url, context, next) {
  // The runner marks each suite's URL with a query.
  if (!/\.ts(\?|$)/.test(url) || !isOurs(url)) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url), { sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
