import { transpile } from 'typescript';
import { expect, test } from 'vitest';
import { survivalAt } from '../src/lib/curve';
import { contributionTotal } from '../src/lib/patientRow';
import { MAYO_SURVIVAL, modelCard, patientRow, repositoryFile } from './fixtures';

// The TypeScript function of docs/models.md computes the curve that the page draws.

const [, source = ''] = /^```typescript\n(.*?)^```$/ms.exec(repositoryFile('docs/models.md')) ?? [];
const code = transpile(source, { target: 99, module: 99 });
const { survival } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

test.each(['mayo', 'cox-lasso'])('%s', (id) => {
  const card = modelCard(id);
  const end = card.survival_years.at(-1) ?? 0;
  for (const bilirubin of [-2, -0.3, 0, 1.7, 4]) {
    const contributions = [
      { column: 'Bilirubin', value: bilirubin },
      { column: 'Age', value: 0.25 },
    ];
    const row = patientRow({ baseline: card.reference, contributions });
    const eighths = Array.from({ length: end * 8 + 1 }, (_, eighth) => eighth / 8);
    for (const years of [...eighths, ...card.baseline.years]) {
      const expected = survivalAt(years, contributionTotal(row), card);
      expect(survival(years, row, card)).toBeCloseTo(expected, 12);
    }
  }
});

test('the average patient of the Mayo study has the published survival', () => {
  const card = modelCard('mayo');
  const row = patientRow({ baseline: card.reference });
  for (const [index, expected] of MAYO_SURVIVAL.entries())
    expect(survival(index + 1, row, card)).toBeCloseTo(expected, 12);
});
