// The scripts that hold documents to what is so must be able to fail: `npm run tastypie` and `npm run docs:run`.
import { blocksOf, scriptOf } from '../../scripts/docs/blocks.mjs';
import { documentedDifferences } from '../../scripts/tastypie/documented.mjs';
import { judge } from '../../scripts/tastypie/judging.mjs';

describe("an answer beside Tastypie's", () => {
  const TASTYPIE = {
    status: 200,
    headers: { allow: 'GET' },
    body: { meta: { total_count: 1 }, objects: [{ id: '#{ticket}' }] },
  };
  const OURS = { status: 400, body: { error: /^No / } };
  const listed = new Map([['filter', 'a filter']]);
  const known = { ticket: '7' };
  const asTastypie = {
    status: 200,
    headers: { allow: 'GET' },
    text: '',
    body: { meta: { total_count: 1, limit: 20 }, objects: [{ id: 7, name: 'x' }] },
  };
  const asListed = { status: 400, headers: {}, text: '', body: { error: 'No field.' } };

  it.each([
    ['same', { tastypie: TASTYPIE }, asTastypie],
    ['unlisted', { tastypie: TASTYPIE }, asListed],
    ['unlisted', { tastypie: TASTYPIE }, { ...asTastypie, headers: { allow: 'GET,PUT' } }],
    ['unlisted', { tastypie: TASTYPIE }, { ...asTastypie, body: { ...asTastypie.body, objects: [] } }],
    ['unlisted', { tastypie: TASTYPIE }, { ...asTastypie, body: { ...asTastypie.body, objects: [{ id: 8 }] } }],
    ['listed', { tastypie: TASTYPIE, listed: 'filter', ours: OURS }, asListed],
    ['gone', { tastypie: TASTYPIE, listed: 'filter', ours: OURS }, asTastypie],
    ['unlisted', { tastypie: TASTYPIE, listed: 'other', ours: OURS }, asListed],
    ['other', { tastypie: TASTYPIE, listed: 'filter', ours: OURS }, { ...asListed, status: 500 }],
    ['other', { tastypie: TASTYPIE, listed: 'filter', ours: OURS }, { ...asListed, body: { error: 'Yes' } }],
  ])('is %s', (verdict, one, answer) => {
    expect(judge(one as never, { answer, known }, listed).verdict).toBe(verdict);
  });

  it('is one of those that the page lists, each once, and every row says which', () => {
    const page = (rows: string): string =>
      `# API\n\n## Stricter\n\n| Case | x |\n|---|---|\n${rows}\n\n## More\n\ntext\n`;
    const of = (rows: string) => documentedDifferences(page(rows));
    expect([...of('| a filter <!-- differs: filter --> | 400 |').names]).toEqual([['filter', 'a filter']]);
    expect(of('| a filter <!-- differs: filter --> | 400 |').errors).toEqual([]);
    expect(of('| a filter | 400 |').errors).toEqual([expect.stringContaining('no case compares this row')]);
    const twice = '| a <!-- differs: filter --> | |\n| b <!-- differs: filter --> | |';
    expect(of(twice).errors).toEqual([expect.stringContaining("lists 'filter' twice")]);
  });
});

describe('the commands of a page', () => {
  const page = (text: string) => blocksOf(text.replaceAll("'''", '```'));

  it('are those of its sh blocks, with what stands beside them unseen', () => {
    const blocks = page(
      "text\n<!-- before: mkdir a -->\n<!-- refused: curl x -->\n'''sh\ncurl x    # why\n'''\n\n<!-- not run: it waits -->\n'''sh\nnpm test\n'''\n'''json\n{}\n'''\n'''sh\nls\n'''\n",
    );
    expect(blocks).toEqual([
      { line: 4, commands: ['curl x    # why'], refused: ['curl x'], before: ['mkdir a'], notRun: undefined },
      { line: 9, commands: ['npm test'], refused: [], before: [], notRun: 'it waits' },
      { line: 15, commands: ['ls'], refused: [], before: [], notRun: undefined },
    ]);
    const script = scriptOf(blocks, (line: string) => line.replace('x', 'y'));
    expect(script).toContain('at=4\nmkdir a\nrefused curl y    # why\nat=15\nls\n');
    expect(script).not.toContain('npm test');
  });

  it('stay out from one place on, until another', () => {
    const blocks = page(
      "<!-- not run from here: elsewhere -->\n'''sh\na\n'''\n'''sh\nb\n'''\n<!-- run from here -->\n'''sh\nc\n'''\n",
    );
    expect(blocks.map(({ notRun }) => notRun)).toEqual(['elsewhere', 'elsewhere', undefined]);
  });

  it('that have to be refused are there', () => {
    expect(() => scriptOf(page("<!-- refused: curl y -->\n'''sh\ncurl x\n'''\n"), String)).toThrow("is 'curl y'");
  });
});
