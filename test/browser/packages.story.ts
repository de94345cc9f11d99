// Real packages, as npm has them and as stamp add sends them: a page that imports them renders with them, whether they came as
// modules or as CommonJS.
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'puppeteer-core';
import { upload } from '../builders/modules.js';
import { stamp } from '../cli/stamp.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { aPerson, aTab, type BrowserName, launch } from './browsers.js';

interface Page {
  readonly adds: readonly string[];
  /** Renders a button into `root` that counts its clicks. */
  readonly module: string;
}

const PAGES: Readonly<Record<string, Page>> = {
  'preact and preact/hooks': {
    adds: ['preact'],
    module: `import { h, render } from 'preact';
      import { useState } from 'preact/hooks';
      function Counter() {
        const [count, setCount] = useState(0);
        return h('button', { onClick: () => setCount(count + 1) }, 'clicked ', count);
      }
      render(h(Counter), root);`,
  },
  'preact with htm': {
    adds: ['preact', 'htm'],
    module: `import { render } from 'preact';
      import { useState } from 'preact/hooks';
      import { html } from 'htm/preact';
      function Counter() {
        const [count, setCount] = useState(0);
        return html\`<button onClick=\${() => setCount(count + 1)}>clicked \${count}</button>\`;
      }
      render(html\`<\${Counter} />\`, root);`,
  },
  'lit with a directive': {
    adds: ['lit'],
    module: `import { html, LitElement, render } from 'lit';
      import { property } from 'lit/decorators.js';
      import { classMap } from 'lit/directives/class-map.js';
      class Counter extends LitElement {
        static properties = { count: { type: Number } };
        constructor() { super(); this.count = 0; }
        createRenderRoot() { return this; }
        render() {
          return html\`<button class=\${classMap({ big: true })} @click=\${() => { this.count += 1; }}>clicked \${this.count}</button>\`;
        }
      }
      if (typeof property !== 'function') throw new Error('no decorators');
      customElements.define('x-counter', Counter);
      render(html\`<x-counter></x-counter>\`, root);`,
  },
  '@lit/reactive-element': {
    adds: ['@lit/reactive-element'],
    module: `import { ReactiveElement } from '@lit/reactive-element';
      class Counter extends ReactiveElement {
        static properties = { count: { type: Number } };
        constructor() { super(); this.count = 0; this.button = document.createElement('button'); this.button.onclick = () => { this.count += 1; }; }
        createRenderRoot() { this.append(this.button); return this; }
        update(changed) { super.update(changed); this.button.textContent = 'clicked ' + this.count; }
      }
      customElements.define('x-counter', Counter);
      root.append(document.createElement('x-counter'));`,
  },
  'react, which is CommonJS': {
    adds: ['react', 'react-dom'],
    module: `import React, { useState } from 'react';
      import { createRoot } from 'react-dom/client';
      import { jsxs } from 'react/jsx-runtime';
      function Counter() {
        const [count, setCount] = useState(0);
        return jsxs('button', { onClick: () => setCount(count + 1), children: ['clicked ', count] });
      }
      if (React.useState !== useState) throw new Error('two Reacts');
      createRoot(root).render(React.createElement(Counter));`,
  },
};

/** An app whose node_modules has what ours has of these, with what they need, and esbuild. */
async function makeApp(names: readonly string[]): Promise<string> {
  const app = await fs.mkdtemp(path.join(os.tmpdir(), 'stampline-app-'));
  const waiting = [...names];
  for (const name of waiting) {
    const from = path.join('node_modules', name);
    await fs.cp(from, path.join(app, 'node_modules', name), { recursive: true });
    const { dependencies = {} } = JSON.parse(await fs.readFile(path.join(from, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    waiting.push(...Object.keys(dependencies).filter((one) => !waiting.includes(one)));
  }
  await fs.symlink(path.resolve('node_modules/esbuild'), path.join(app, 'node_modules', 'esbuild'));
  return app;
}

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let server: TestServer;
  let browser: Browser;
  let app: string;
  let site: http.Server;
  const origin = (): string => `http://localhost:${(site.address() as AddressInfo).port}`;

  beforeAll(async () => {
    server = await startTestServer();
    app = await makeApp([...new Set(Object.values(PAGES).flatMap(({ adds }) => adds))]);
    const snippet = await (await fetch(`${server.base}/snippet.html`)).text();
    const body = '<main></main><script type="module">import "app";</script>';
    const page = `<!doctype html><html><head>${snippet}</head><body>${body}</body></html>`;
    site = http.createServer((_request, reply) => reply.writeHead(200, { 'content-type': 'text/html' }).end(page));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    site?.closeAllConnections();
    site?.close();
    await server?.stop();
    if (app) await fs.rm(app, { recursive: true, force: true });
  });

  it.each(Object.entries(PAGES))('%s', async (_what, { adds, module }) => {
    const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'Packages', owner: 'owner@example.com' });
    const { key, id } = body as { key: string; id: number };
    const added = await stamp(['add', key, ...adds, '--yes'], { url: server.base, cwd: app, timeoutMs: 60_000 });
    expect([added.code, added.stderr]).toEqual([0, '']);
    const source = `const root = document.querySelector('main');\n${module}\ndocument.body.dataset.ready = '';\n`;
    expect((await upload(server, id, { specifier: 'app' }, { 'app.js': source })).body.warnings).toEqual([]);
    const tab = await aTab(await aPerson(browser));
    await tab.open(`${origin()}/?dev=${key}`);
    await tab.until('document.querySelector("button")?.textContent === "clicked 0"');
    await tab.run('document.querySelector("button").click()');
    await tab.until('document.querySelector("button").textContent === "clicked 1"');
    expect(tab.errors).toEqual([]);
    await server.http.post(`/api/v1/ticket/${id}/close/`).expect(200);
  });
});
