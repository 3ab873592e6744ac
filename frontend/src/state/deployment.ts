import { signal } from '@preact/signals';

/** What `config.json` beside the page says: each deployment writes its own. */
export interface Deployment {
  stage: string;
  release?: string;
}

export const deployment = signal<Deployment | null>(null);

/** Read it. Without it the footer says less, and nothing else misses it. */
export async function readDeployment(): Promise<void> {
  try {
    const answer = await fetch('./config.json');
    if (answer.ok) deployment.value = (await answer.json()) as Deployment;
  } catch {
    // As said above.
  }
}
