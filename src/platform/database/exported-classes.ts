// Every class that the files of a folder export, found by the files' names: tables and migrations are in no list that somebody keeps.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export type Class<Made extends object = object> = new (...given: never[]) => Made;

/**
 * Of all files below, compiled or not, in the order of their paths.
 * @param name of a file without its ending: `/\.rows?$/`
 */
export async function exportedClasses<Made extends object>(folder: string, name: RegExp): Promise<Class<Made>[]> {
  const files = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.[jt]s$/.test(file) && name.test(file.slice(0, -3)))
    .sort();
  const modules = await Promise.all(
    files.map((file) => import(pathToFileURL(path.join(folder, file)).href) as Promise<Record<string, unknown>>),
  );
  return modules.flatMap((one) => Object.values(one)).filter((one) => typeof one === 'function') as Class<Made>[];
}
