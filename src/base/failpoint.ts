// Named hooks that tests arm to fail, stall or kill at an exact place. Unarmed, a failpoint costs one
// property read. The list is closed, so that a typo in a test does not compile.

export type FailpointName =
  | 'commit.before' // before a group commit is handed to the log
  | 'commit.after' // after the log said yes, before anything is revealed
  | 'checkpoint.slice' // between two slices of a checkpoint
  | 'page.evict' // when the page cache drops a clean page
  | 'seal.swap' // after survivors are committed, before the old segment is dropped
  | 'outbox.deliver'; // before an outbox entry is handed to its target cell

type Hook = () => void | Promise<void>;

const armed = new Map<FailpointName, Hook>();
let isAnyArmed = false;

export function armFailpoint(name: FailpointName, hook: Hook): void {
  armed.set(name, hook);
  isAnyArmed = true;
}

export function disarmFailpoints(): void {
  armed.clear();
  isAnyArmed = false;
}

/** Runs the hook armed under this name; a promise comes back only when a test armed an asynchronous one. */
export function failpoint(name: FailpointName): void | Promise<void> {
  if (!isAnyArmed) return;
  return armed.get(name)?.();
}
