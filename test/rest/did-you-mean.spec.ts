// Which name a misspelt word probably meant.
import { didYouMean } from '../../src/rest/writing/did-you-mean.js';

const NAMES = ['current_workflow_step', 'status'];

it.each([
  ['current_workflow_setp', 'current_workflow_step'],
  ['currentWorkflowStep', 'current_workflow_step'],
  ['workflow_step', 'current_workflow_step'],
  ['step', 'current_workflow_step'],
  ['state', 'status'],
  ['Status ', 'status'],
  ['stauts', 'status'],
  ['title', undefined],
  ['x', undefined],
])('%j meant %j', (word, meant) => expect(didYouMean(word, NAMES)).toBe(meant));

it('has nothing to offer where there are no names, and stands long words', () => {
  expect(didYouMean('status', [])).toBeUndefined();
  expect(didYouMean('s'.repeat(100_000), NAMES)).toBeUndefined();
});
