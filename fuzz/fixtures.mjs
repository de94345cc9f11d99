// Something to work on, so that requests for small ids find it: tickets with modules at several stages, packages, their parts.

const TICKETS = 30;

/** Rejects where one isn't accepted. `headers` are those of a caller who may do all of it. */
export async function layGround(base, headers = {}) {
  const post = async (path, value) => {
    const body = value instanceof FormData ? value : JSON.stringify(value);
    const type = value instanceof FormData ? {} : { 'content-type': 'application/json' };
    const reply = await fetch(`${base}${path}`, { method: 'POST', headers: { ...headers, ...type }, body });
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  await post('/api/v1/person/', { name: 'One', email: 'one@example.com' });
  await post('/api/v1/testsuite/', { name: 'smoke', kind: 'sanity' });
  for (let made = 1; made <= TICKETS; made += 1) {
    const name = `package-${made}`;
    const sourcepackage = (await post('/api/v1/sourcepackage/', { name })).resource_uri;
    const upload = (await post('/api/v1/spu/', { sourcepackage, version: '1.0' })).resource_uri;
    const ticket = await post('/api/v1/ticket/', { title: name, owner: 'one@example.com' });
    await post('/api/v1/subticket/', {
      ticket: ticket.resource_uri,
      source_package_upload: upload,
      assignee: 'one@example.com',
    });
    const form = new FormData();
    form.set('specifier', `module-${made % 5}`);
    form.set('file', new Blob([`export default ${made};`]), 'index.js');
    await post(`/api/v1/ticket/${ticket.id}/modules/`, form);
    for (let stage = 0; stage < made % 4; stage += 1)
      await post(`/api/v1/ticket/${ticket.id}/promote/`, {}).catch(() => undefined);
  }
}
