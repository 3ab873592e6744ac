import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const COUNT = 20;

/** Prints the slowest tests of a run. Playwright's own report of slow tests leaves out files that run in parallel. */
export default class Slowest implements Reporter {
  private readonly lines: { milliseconds: number; title: string }[] = [];

  onTestEnd(test: TestCase, { duration }: TestResult): void {
    this.lines.push({ milliseconds: duration, title: test.titlePath().slice(2).join(' › ') });
  }

  onEnd(): void {
    const slowest = this.lines
      .toSorted((a, b) => b.milliseconds - a.milliseconds)
      .slice(0, COUNT)
      .map(({ milliseconds, title }) => `  ${(milliseconds / 1000).toFixed(1)} s  ${title}\n`);
    process.stdout.write(`\nThe slowest tests:\n${slowest.join('')}`);
  }
}
