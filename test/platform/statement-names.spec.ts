// A name stands for one text on a connection: two statements of one name break whichever comes second.
import fs from 'node:fs';
import path from 'node:path';

const sources = fs
  .readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));

it('each statement has a name of its own', () => {
  const names = sources.flatMap((file) =>
    [...fs.readFileSync(path.join('src', file), 'utf8').matchAll(/name: '([a-z_]+)',\s+text:/g)].map(
      ([, name]) => name,
    ),
  );
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
