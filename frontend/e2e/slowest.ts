// A reporter of the slowest tests.

import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const COUNT = 20;

/** Print the slowest tests of a run. Playwright's own report omits files that run in parallel. */
export default class Slowest implements Reporter {
  private readonly tests: { milliseconds: number; title: string }[] = [];

  onTestEnd(test: TestCase, { duration }: TestResult): void {
    this.tests.push({ milliseconds: duration, title: test.titlePath().slice(2).join(' › ') });
  }

  onEnd(): void {
    const slowest = this.tests
      .toSorted((a, b) => b.milliseconds - a.milliseconds)
      .slice(0, COUNT)
      .map(({ milliseconds, title }) => `  ${(milliseconds / 1000).toFixed(1)} s  ${title}\n`);
    process.stdout.write(`\nThe slowest tests:\n${slowest.join('')}`);
  }
}
