// Writes openapi.json from the code; with --check fails when the checked-in one differs. Needs no database.
import { keepGenerated } from './generated-file.mjs';
import { ensureBuilt } from './build.mjs';
import { ensureClientTypes } from './client-types.mjs';

await ensureBuilt();
const { previewDocument } = await import('../dist/src/openapi-preview.js');

const text = `${JSON.stringify(await previewDocument(), null, 2)}\n`;
if (keepGenerated('openapi.json', text, 'npm run openapi')) await ensureClientTypes();
