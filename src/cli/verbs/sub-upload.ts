// stamp sub upload: the files of a source package, kept by the server.
import fs from 'node:fs/promises';
import path from 'node:path';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { sayTable } from '../output/table.js';
import { subticketNamed } from '../tickets/subticket-name.js';
import type { Verb } from '../session/verb.js';

/** One who sends a large file waits longer than one who asks. */
const PATIENCE_MS = 60_000;

export const upload: Verb = {
  name: 'upload',
  takes: '<subticket> <files...>',
  summary: "Upload the files of a subticket's source package",
  description:
    'All of them or none. What a .dsc or .changes lists is checked by size and sums; files that it lists and that are not uploaded yet are reported. The subticket is its id or, with -t, the name of its source package. Piped: name, size in bytes, SHA-256 and URL, with tabs between.',
  json: { objects: true, missing: true },
  examples: [{ run: 'stamp sub upload curl bundle.json -t TKT-2', says: 'a file, or several' }],
  run: async (session, [word, ...files], options) => {
    const { out, server, settings } = session;
    const form = new FormData();
    for (const file of files) form.append('file', await fileAt(settings.cwd, file), path.basename(file));
    const subticket = await subticketNamed(session, word, options);
    const { source_package_upload: spu } = await server.of(
      server.api.GET('/api/v1/subticket/{id}/', { params: { path: { id: subticket } } }),
    );
    const id = /\/(\d+)\/$/.exec(spu ?? '')?.[1];
    if (id === undefined)
      throw new CliError(`Subticket ${subticket} tracks a merge proposal: it has no files.`, EXIT.usage);
    const patient = session.serverWith({ patienceMs: PATIENCE_MS });
    const kept = await patient.of(
      patient.api.POST('/api/v1/spu/{id}/files/', {
        params: { path: { id } },
        body: form as never,
        bodySerializer: (body: unknown) => body as FormData,
      }),
    );
    const { objects = [], missing = [] } = kept;
    out.result(kept, () =>
      sayTable(
        out,
        ['name', 'bytes', 'sha256', 'where'],
        objects.map((one) => [one.name ?? '', String(one.size), one.sha256 ?? '', `${server.url}${one.resource_uri}`]),
      ),
    );
    if (missing.length > 0) out.warn(`still missing: ${missing.join(', ')}`);
    return undefined;
  },
};

async function fileAt(cwd: string, file: string): Promise<Blob> {
  try {
    return new Blob([await fs.readFile(path.resolve(cwd, file))]);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usage(code === 'ENOENT' ? `There is no ${file}.` : `${file} can't be read: ${message}.`);
  }
}
