// A project's stages, and the step that a ticket comes to with them.
import {
  firstStage,
  positionAfterPromotion,
  positionAfterRevert,
  production,
  stageAfter,
  stageBefore,
  stageNamed,
} from '../../../src/projects/stages/stage-order.js';

describe('stages', () => {
  const [dev, qa, prod] = [
    { name: 'dev', step: 200, title: 'dev' },
    { name: 'qa', step: 400, title: 'QA' },
    { name: 'prod', step: 1000, title: 'Live' },
  ];
  const line = [dev, qa, prod];

  test('stand in a line', () => {
    expect([firstStage(line), production(line), stageNamed(line, 'qa')]).toEqual([dev, prod, qa]);
    expect([stageAfter(line, 'dev'), stageAfter(line, 'prod'), stageAfter(line, null)]).toEqual([qa, undefined, dev]);
    expect([stageBefore(line, 'qa'), stageBefore(line, 'dev'), stageBefore(line, 'none')]).toEqual([
      dev,
      undefined,
      undefined,
    ]);
    expect([stageNamed(line, null), stageNamed(line, 'none')]).toEqual([undefined, undefined]);
  });

  test.each([
    ['comes to the step of the stage', qa, { step: 200, status: 100 }, { step: 400, status: 0 }],
    ['never goes back', qa, { step: 500, status: 300 }, { step: 500, status: 300 }],
    ['stays as it is at the same step', qa, { step: 400, status: 500 }, { step: 400, status: 500 }],
    ['stays failed', qa, { step: 999, status: 999 }, { step: 999, status: 999 }],
    ['is complete in production', prod, { step: 500, status: 0 }, { step: 1000, status: 1000 }],
    ['is complete in production, failed before or not', prod, { step: 999, status: 999 }, { step: 1000, status: 1000 }],
  ])('a promoted ticket %s', (_what, to, now, expected) => {
    expect(positionAfterPromotion(line, to, now)).toEqual(expected);
  });

  test('a reverted ticket goes back to the step of the stage', () => {
    expect(positionAfterRevert(qa)).toEqual({ step: 400, status: 0 });
  });
});
