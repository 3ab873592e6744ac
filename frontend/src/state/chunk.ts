// A chunk of the page that is loaded when it is first needed.

import { signal } from '@preact/signals';

/** Create the state of a chunk. `importModule` is a dynamic import. */
export function createChunk<Module>(importModule: () => Promise<Module>) {
  const module = signal<Module | null>(null);
  const hasFailed = signal(false);

  /** Load the chunk unless it is loaded. After a failure, the next call tries again. */
  async function load(): Promise<void> {
    if (module.value !== null) return;
    hasFailed.value = false;
    try {
      module.value = await importModule();
    } catch {
      hasFailed.value = true;
    }
  }

  return { module, hasFailed, load };
}
