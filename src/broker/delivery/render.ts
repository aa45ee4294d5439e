// Gives copies the form in which readers see them, when they are handed over. What a renderer needs for it (a
// signature, say) may take a moment: then the hand-over waits, and nothing else does.
import type { StoredMessage } from '../message.ts';
import type { Renderer } from '../topic-types.ts';

export type Renderers = ReadonlyMap<number, Renderer>;

/**
 * Calls `done` at once, or when everything is prepared; a renderer that fails leaves its messages as they
 * are.
 */
export function renderAll(
  renderers: Renderers,
  deliveries: readonly { message: StoredMessage }[],
  done: () => void,
): void {
  let waits: Promise<void>[] | undefined;
  for (const { message } of deliveries) {
    const wait = rendererOf(renderers, message)?.prepare(message);
    if (wait !== undefined) (waits ??= []).push(wait);
  }
  const finish = (): void => {
    for (const delivery of deliveries) {
      const renderer = rendererOf(renderers, delivery.message);
      if (renderer !== undefined) delivery.message = renderer.render(delivery.message);
    }
    done();
  };
  if (waits === undefined) finish();
  else void Promise.all(waits).then(finish, done);
}

function rendererOf(renderers: Renderers, { copy }: StoredMessage): Renderer | undefined {
  return copy === undefined || copy.rendering === 0 ? undefined : renderers.get(copy.rendering);
}
