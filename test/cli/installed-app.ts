// An app with packages in its node_modules, and what a page of it loads of a ticket.
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Scene } from './scene.js';

/** Packages of our own node_modules, as npm has them. */
export async function copyInstalled(scene: Scene, names: readonly string[]): Promise<void> {
  for (const name of names)
    await fs.cp(path.join('node_modules', name), path.join(scene.folder, 'node_modules', name), { recursive: true });
}

export const withEsbuild = (scene: Scene): Promise<void> =>
  fs.symlink(path.resolve('node_modules/esbuild'), path.join(scene.folder, 'node_modules', 'esbuild'));

/** A package in the app's node_modules, or in that of another one; `home` where it is elsewhere. */
export async function install(
  scene: Scene,
  name: string,
  description: object,
  files: Readonly<Record<string, string>>,
  home = path.join(scene.folder, 'node_modules', name),
): Promise<void> {
  const all = { 'package.json': JSON.stringify({ version: '1.0.0', ...description }), ...files };
  for (const [file, content] of Object.entries(all)) {
    await fs.mkdir(path.dirname(path.join(home, file)), { recursive: true });
    await fs.writeFile(path.join(home, file), content);
  }
}

export const importsOf = async ({ server }: Scene, key: string): Promise<Record<string, string>> =>
  (await server.http.get(`/import-map.json?dev=${key}`).expect(200)).body.imports;

/** What a line prints as JSON. */
export async function json({ run }: Scene, line: string): Promise<{ code: number | null; body: any; error: string }> {
  const { code, stdout, stderr } = await run(`${line} --json`);
  return { code, body: stdout === '' ? undefined : JSON.parse(stdout), error: stderr };
}

/** What the map's modules export, loaded from the server, each URL once, as a page does. */
export async function inOnePage(
  scene: Scene,
  map: Readonly<Record<string, string>>,
  specifiers: readonly string[],
): Promise<Record<string, any>> {
  const folder = await fs.mkdtemp(path.join(scene.folder, 'page-'));
  const files = new Map<string, string>();
  const save = async (url: string): Promise<string> => {
    const known = files.get(url);
    if (known !== undefined) return known;
    const file = path.join(folder, `${files.size}.mjs`);
    files.set(url, file);
    let source = await (await fetch(url)).text();
    for (const [, quoted = ''] of source.matchAll(/(?:from|import)\s*"([^"\n]+)"/g)) {
      const target = quoted.startsWith('.') ? new URL(quoted, url).href : map[quoted];
      if (target !== undefined) source = source.replaceAll(`"${quoted}"`, JSON.stringify(await save(target)));
    }
    await fs.writeFile(file, source);
    return file;
  };
  const modules: Record<string, any> = {};
  for (const specifier of specifiers) modules[specifier] = await import(await save(map[specifier] as string));
  return modules;
}
