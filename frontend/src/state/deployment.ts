// Facts about the deployment that serves the page.

import { signal } from '@preact/signals';

/** The content of `config.json` next to the page. Each deployment writes its own. */
export interface Deployment {
  stage: string;
  release?: string;
}

export const deployment = signal<Deployment | null>(null);

export async function readDeployment(): Promise<void> {
  try {
    const response = await fetch('./config.json');
    if (response.ok) deployment.value = (await response.json()) as Deployment;
  } catch {
    // Only the footer shows these facts. Without them it is shorter.
  }
}
