// Names of EventBridge on the wire and in the core: ARNs of buses, rules, archives, replays, connections and
// API destinations. Pure; it looks nothing up.
import type { ResourceName } from '../../../../broker/index.ts';

/** Whose and where: what every name of the core begins with. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export const defaultBus = 'default';

export function namespaceOf({ account, region }: Place): string {
  return `${account}/${region}`;
}

export function placeOf({ namespace }: Pick<ResourceName, 'namespace'>): Place {
  const slash = namespace.indexOf('/');
  return { account: namespace.slice(0, slash), region: namespace.slice(slash + 1) };
}

export function arnOf({ account, region }: Place, resource: string): string {
  return `arn:aws:events:${region}:${account}:${resource}`;
}

// --- buses ---

export const busPrefix = 'bus/';

export function busTopicName(place: Place, bus: string): ResourceName {
  return { namespace: namespaceOf(place), kind: 'topic', name: `${busPrefix}${bus}` };
}

/** Of its topic. */
export function busNameOf({ name }: Pick<ResourceName, 'name'>): string {
  return name.slice(busPrefix.length);
}

export function busArn(place: Place, bus: string): string {
  return arnOf(place, `event-bus/${bus}`);
}

export interface BusAddress extends Place {
  readonly bus: string;
}

const busArnPattern = /^arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):event-bus\/([/.\-_A-Za-z0-9]+)$/;

export function parseBusArn(arn: string): BusAddress | undefined {
  const match = busArnPattern.exec(arn);
  return match === null ? undefined : { region: match[1]!, account: match[2]!, bus: match[3]! };
}

/** Requests name a bus by name or ARN; by nothing they mean the default one. */
export function busAddress(caller: Place, nameOrArn: string | undefined): BusAddress {
  if (nameOrArn?.startsWith('arn:') === true) {
    const parsed = parseBusArn(nameOrArn);
    if (parsed !== undefined) return parsed;
  }
  return { account: caller.account, region: caller.region, bus: nameOrArn ?? defaultBus };
}

// --- rules ---

/** Names of bindings on a bus that are no rules have a slash, which no rule's name has. */
export const archiveBindingPrefix = 'archive/';

export function ruleBindingName(address: BusAddress, rule: string): ResourceName {
  return {
    namespace: namespaceOf(address),
    kind: 'binding',
    name: `${busPrefix}${address.bus}/${rule}`,
  };
}

/** Bus and rule of a binding; undefined for one that is no rule. */
export function ruleOfBinding(
  name: Pick<ResourceName, 'namespace' | 'name'>,
): (BusAddress & { readonly rule: string }) | undefined {
  if (!name.name.startsWith(busPrefix)) return undefined;
  const [bus, rule, ...rest] = name.name.slice(busPrefix.length).split('/');
  if (bus === undefined || rule === undefined || rest.length > 0) return undefined;
  return { ...placeOf(name), bus, rule };
}

/** Rules of the default bus are named without it. */
export function ruleArn(address: BusAddress, rule: string): string {
  return arnOf(address, address.bus === defaultBus ? `rule/${rule}` : `rule/${address.bus}/${rule}`);
}

const ruleArnPattern =
  /^arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):rule\/(?:([.\-_A-Za-z0-9]+)\/)?([.\-_A-Za-z0-9]+)$/;

export function parseRuleArn(arn: string): (BusAddress & { readonly rule: string }) | undefined {
  const match = ruleArnPattern.exec(arn);
  if (match === null) return undefined;
  return { region: match[1]!, account: match[2]!, bus: match[3] ?? defaultBus, rule: match[4]! };
}

// --- what is kept as documents ---

export type DocumentType = 'connection' | 'destination' | 'archive' | 'replay';

export function documentPrefix(type: DocumentType): string {
  return `events/${type}/`;
}

export function documentName(place: Place, type: DocumentType, name: string): ResourceName {
  return { namespace: namespaceOf(place), kind: 'document', name: `${documentPrefix(type)}${name}` };
}

export function documentOwnName(type: DocumentType, { name }: Pick<ResourceName, 'name'>): string {
  return name.slice(documentPrefix(type).length);
}

const namedArn = (kind: string) =>
  new RegExp(
    String.raw`^arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):${kind}/([.\-_A-Za-z0-9]+)(?:/([-A-Za-z0-9]+))?$`,
  );
const namedArns = {
  archive: namedArn('archive'),
  connection: namedArn('connection'),
  destination: namedArn('api-destination'),
} as const;

export interface NamedAddress extends Place {
  readonly name: string;
  /** What tells it from an earlier one of its name; archives have none. */
  readonly id: string | undefined;
}

export function parseNamedArn(kind: keyof typeof namedArns, arn: string): NamedAddress | undefined {
  const match = namedArns[kind].exec(arn);
  if (match === null) return undefined;
  return { region: match[1]!, account: match[2]!, name: match[3]!, id: match[4] };
}

/** Of an archive's events. Nobody's namespace, so that no account finds it among its streams. */
export function archiveStreamName(place: Place, archive: string): ResourceName {
  return { namespace: '', kind: 'stream', name: `events-archive/${namespaceOf(place)}/${archive}` };
}
