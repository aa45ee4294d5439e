// Whether an address lies in a block of addresses (CIDR). Pure; for matchers and policies.
import { BlockList, isIP } from 'node:net';

/** False for what is no address of this version. */
export function isInBlock(
  block: { readonly version: 4 | 6; readonly address: string; readonly bits: number },
  address: string,
): boolean {
  if (isIP(address) !== block.version) return false;
  const family = block.version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(block.address, block.bits, family);
  return list.check(address, family);
}
