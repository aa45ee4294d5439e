// Which addresses of other hosts the daemon may connect to. Clients give us URLs, and a URL must not reach
// what only this machine can: loopback, private networks, cloud metadata. Judged is the address that is
// connected to, so that a name cannot point elsewhere after it was checked. Used by every client of the
// connectors.
import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP, SocketAddress } from 'node:net';
import type { Result } from '../base/result.ts';
import { err, ok } from '../base/result.ts';

/** Not to be reached from a public place: IANA's special-purpose registries, v4 and v6. */
const special: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, with the metadata services of clouds
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96', // unspecified, loopback, and v4 in an old form
  '64:ff9b::/96', // v4 behind a translator
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23', // with Teredo
  '2001:db8::/32',
  '2002::/16', // v4 in 6to4
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];

export const loopbackRanges: readonly string[] = ['127.0.0.0/8', '::1/128'];

export class AddressRefused extends Error {
  override name = 'AddressRefused';
}

export class AddressGuard {
  readonly #refused: BlockList;
  readonly #allowed: BlockList;
  /** `host` or `host:port` as written in URLs. */
  readonly #allowedHosts: ReadonlySet<string>;

  private constructor(allowed: BlockList, hosts: ReadonlySet<string>) {
    this.#refused = specialRanges;
    this.#allowed = allowed;
    this.#allowedHosts = hosts;
  }

  /** Entries: `10.0.0.0/8`, `fd00::/8`, one address, `host`, `host:port`. */
  static parse(entries: readonly string[]): Result<AddressGuard, string> {
    const allowed = new BlockList();
    const hosts = new Set<string>();
    for (const entry of entries) {
      if (addRange(allowed, entry)) continue;
      if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(entry))
        return err(`'${entry}' is neither a network such as 10.0.0.0/8 nor a host or host:port`);
      hosts.add(entry.toLowerCase());
    }
    return ok(new AddressGuard(allowed, hosts));
  }

  isAllowed(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    // Node judges v4 addresses written as v6 (::ffff:127.0.0.1) by the rules for v4.
    const parsed = new SocketAddress({ address, family: family === 4 ? 'ipv4' : 'ipv6' });
    return !this.#refused.check(parsed) || this.#allowed.check(parsed);
  }

  /** Resolves as the system does and answers only what may be connected to. */
  lookupFor(url: URL): LookupFunction {
    const isNamed = this.#isNamed(url);
    return (hostname, options, callback) => {
      // Called with `all` or without, and the callback answers accordingly.
      const wanted: LookupOptions & { all: true } = { ...options, all: true };
      systemLookup(hostname, wanted, (error, found) => {
        if (error !== null) return callback(error, '', 0);
        const allowed = isNamed ? found : found.filter(({ address }) => this.isAllowed(address));
        const first = allowed[0];
        if (first === undefined) return callback(refused(hostname, found), '', 0);
        if (options.all === true) callback(null, allowed);
        else callback(null, first.address, first.family);
      });
    };
  }

  /** A literal address is never looked up, so it is judged by itself. */
  refusalOf(url: URL): AddressRefused | undefined {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) === 0 || this.#isNamed(url) || this.isAllowed(host)) return undefined;
    return refused(host, [{ address: host, family: isIP(host) }]);
  }

  #isNamed(url: URL): boolean {
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    const { hostname } = url;
    return this.#allowedHosts.has(hostname) || this.#allowedHosts.has(`${hostname}:${port}`);
  }
}

const specialRanges = new BlockList();
for (const range of special) addRange(specialRanges, range);

/** False when it is no network and no address. */
function addRange(list: BlockList, text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const widest = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (prefix < 0 || prefix > widest) return false;
  list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

function refused(host: string, found: readonly LookupAddress[]): AddressRefused {
  const addresses = found.map(({ address }) => address).join(', ');
  return new AddressRefused(
    `${host} (${addresses}) is a private or special address; outbound.allow in the configuration permits it`,
  );
}
