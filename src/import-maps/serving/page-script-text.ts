// Makes the text of stamp.js for one project and one origin: what page-script/ does, with what it carries.
import fs from 'node:fs';
import type { PreviewOrigins } from '../../projects/preview-origins.js';
import type { StageOrder } from '../../projects/stages/stage-order.js';

export interface PageScript {
  readonly project: string;
  /** What stands before `/import-map.json`: the origin that the request came to, with `/p/<project>` where it said so. */
  readonly base: string;
  /** Production's map, canonical. */
  readonly map: string;
  readonly stages: StageOrder;
  readonly previews: PreviewOrigins | undefined;
}

/** Which of page-script/ comes after which. */
const PARTS = ['asked', 'answer', 'told', 'own-map', 'start'];

const SOURCE = PARTS.map((part) =>
  withoutImports(fs.readFileSync(new URL(`./page-script/${part}.js`, import.meta.url), 'utf8')),
)
  .join('')
  .replaceAll(/^export /gm, '')
  .replaceAll(/^[ \t]*(?:\/\/.*|\/\*.*\*\/)?\n/gm, '');

/** Imports stand before all else of a part, and end with the last line that says where from. */
function withoutImports(part: string): string {
  const lines = part.split('\n');
  return lines
    .slice(lines.findLastIndex((line) => /^(?:import |\}).* from '\.\/[\w-]+\.js';$/.test(line)) + 1)
    .join('\n');
}

/** `config` of page-script/, which takes the stages' names and titles, and the map as the text that it is. */
export function pageScriptText({ project, base, map, stages, previews }: PageScript): string {
  const names = stages.map(({ name, title }) => ({ name, title }));
  const config = { project, base, stages: names, previews: previews ?? [], map };
  return `(function (config) {\n'use strict';\n${SOURCE}})(${scriptJson(config)});\n`;
}

/** JSON that may stand in a script, even in one that stands in a page: no `</script>`, no `<!--`. */
const scriptJson = (value: unknown): string => inPage(JSON.stringify(value));

/** JSON text that may stand inside a `<script>` element of a page. */
export const inPage = (json: string): string =>
  json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
