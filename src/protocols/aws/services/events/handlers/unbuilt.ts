// Partner event sources and global endpoints: every operation on them says that they are not built.
import type { Call } from '../../../engine/service.ts';
import { notBuilt } from '../errors.ts';

export function refuseUnbuilt(call: Call): never {
  throw notBuilt(call.operationName.includes('Endpoint') ? 'Global endpoints' : 'Partner event sources');
}
