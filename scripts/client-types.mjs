// Writes src/client/schema.d.ts, the types of the API, from openapi.json, where they are missing or older. They are made, not
// kept: sixteen thousand lines that say nothing new.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const document = new URL('../openapi.json', import.meta.url);
const types = new URL('../src/client/schema.d.ts', import.meta.url);

export async function ensureClientTypes() {
  const text = fs.readFileSync(document, 'utf8');
  const mark = `// Made of openapi.json ${createHash('sha256').update(text).digest('hex')} by scripts/client-types.mjs.\n`;
  if (fs.existsSync(types) && fs.readFileSync(types, 'utf8').startsWith(mark)) return;
  const { astToString, default: openapiTS } = await import('openapi-typescript');
  fs.writeFileSync(types, mark + astToString(await openapiTS(JSON.parse(text))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureClientTypes();
