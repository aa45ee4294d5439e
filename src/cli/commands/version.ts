// `caudal version`: of the package, and of the Node that runs it.
import { packageVersion } from '../../base/version.ts';
import { print } from '../output.ts';

export async function version(): Promise<number> {
  print(`caudal ${packageVersion()} (node ${process.version})`);
  return 0;
}
