// Writes openapi.json from the code; with --check fails when the checked-in one differs. Needs no database.
import fs from 'node:fs';
import { ensureBuilt } from './build.mjs';
import { ensureClientTypes } from './client-types.mjs';

await ensureBuilt();
const { previewDocument } = await import('../dist/src/openapi-preview.js');

const file = new URL('../openapi.json', import.meta.url);
const text = `${JSON.stringify(await previewDocument(), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  fs.writeFileSync(file, text);
  await ensureClientTypes();
} else if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) {
  console.error(
    'openapi.json is not what the code says. Run `npm run openapi`, look at the difference, and commit it.',
  );
  process.exitCode = 1;
}
