// The public face of storage: what the daemon, the tests and the bench may use.
export { restoreDirectory } from './backup.ts';
export { checkDirectory } from './check.ts';
export type { CheckResult, Damage } from './check.ts';
export { openLmdbStorage } from './lmdb-storage.ts';
export type { LmdbStorageOptions } from './lmdb-storage.ts';
export { MemoryStorage } from './memory.ts';
export type * from './types.ts';
export { StorageError } from './types.ts';
