// IP addresses against CIDR ranges, version 4 and 6, for the IpAddress conditions.
import { BlockList, isIP } from 'node:net';

/** A range without a length is one address. Version 4 inside of version 6 counts as version 4. */
export function isInCidr(range: string, address: string): boolean {
  const split = range.indexOf('/');
  const base = split < 0 ? range : range.slice(0, split);
  const family = isIP(base);
  const plain = withoutMapping(address);
  if (family === 0 || isIP(plain) !== family) return false;
  const bits = split < 0 ? (family === 4 ? 32 : 128) : Number(range.slice(split + 1));
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, bits, type);
  return list.check(plain, type);
}

function withoutMapping(address: string): string {
  const mapped = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address;
  return isIP(mapped) === 4 ? mapped : address;
}
