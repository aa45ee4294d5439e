// Looks at the head of an LMDB file before LMDB maps it. LMDB trusts what it finds: a head of zeros and a
// file that ends before its pages do are a SIGSEGV and a SIGBUS, which no error handler of this process
// sees. Called by Env at open; it reads 8 KiB and never changes a file.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The two heads of the file, one a page, newest transaction wins (lmdb 0.9's MDB_meta with the page header
 * of lmdb-js in front): magic at 24, version at 28, page size at 48, last page at 144, transaction at 152.
 */
const magic = 0xbeefc0de;
const pageBytes = 4096;
const magicAt = 24;
const pageSizeAt = 48;
const lastPageAt = 144;
const transactionAt = 152;

export interface EnvFile {
  readonly bytes: number;
  /** What its head counts. Pages at the end that a commit took and gave back need not be in the file. */
  readonly countedBytes: number;
}

/** Undefined: there is nothing yet, LMDB will make it. A text: what is wrong with the file. */
export function readEnvFile(path: string): EnvFile | string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const bytes = fstatSync(file).size;
    if (bytes === 0) return undefined;
    const heads = Buffer.alloc(2 * pageBytes);
    if (readSync(file, heads, 0, heads.length, 0) < heads.length) return `it has only ${bytes} bytes`;
    return judge(heads.subarray(0, pageBytes), heads.subarray(pageBytes), bytes);
  } finally {
    closeSync(file);
  }
}

function judge(first: Buffer, second: Buffer, bytes: number): EnvFile | string {
  for (const head of [first, second]) {
    const isSound = head.readUInt32LE(magicAt) === magic && head.readUInt32LE(pageSizeAt) === pageBytes;
    if (!isSound) return 'its head is damaged';
  }
  const isFirst = first.readBigUInt64LE(transactionAt) >= second.readBigUInt64LE(transactionAt);
  const lastPage = Number((isFirst ? first : second).readBigUInt64LE(lastPageAt));
  return { bytes, countedBytes: (lastPage + 1) * pageBytes };
}
