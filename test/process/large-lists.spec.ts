// A whole archive's list on a machine with little memory: read one after the other, each a piece at a time.
import fs from 'node:fs';
import { newFolder, PROCESS_MS, startServer } from './server-process.js';

const ENTRIES = 300_000;
const MEGABYTE = 1024 * 1024;

/** Some 30 MB, whose versions differ from those of other lists. */
const listOf = (version: number): string =>
  JSON.stringify(
    Array.from({ length: ENTRIES }, (_, index) => ({
      binary: `lib-some-binary-package-${index}-dev`,
      source: `some-source-${index % 1000}`,
      version: `${version}.${index}-1+b1`,
    })),
  );

const peakOf = (pid: number | undefined): number =>
  Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

it(
  'four lists of 30 MB at once leave a server of 96 MB alive, and cost about the memory of one',
  async () => {
    const server = startServer({ STAMPLINE_DATA: newFolder(), NODE_OPTIONS: '--max-old-space-size=96' });
    await server.ready;
    const url = `${server.base}/api/v1/package-list/`;
    const put = (body: string) => fetch(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body });
    await put('[]');
    const before = peakOf(server.child.pid);
    const replies = await Promise.all(
      [1, 2, 3, 4].map(async (version) => {
        const body = listOf(version);
        expect(body.length).toBeGreaterThan(28 * MEGABYTE);
        const { status, headers } = await put(body);
        return { status, retry: headers.get('retry-after') };
      }),
    );
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const { status, retry } of replies)
      expect([status, retry]).toEqual(status === 200 ? [200, null] : [503, '10']);
    expect(peakOf(server.child.pid) - before).toBeLessThan(300 * MEGABYTE);
    expect((await fetch(`${server.base}/readyz`)).status).toBe(200);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  },
  6 * PROCESS_MS,
);
