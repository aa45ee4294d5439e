// The sections of caudal.yaml (users, roles, limits, queues) made into what the daemon works with: defaults
// filled in, names of policies resolved. Called by config.ts; problems are collected as sentences.
import { didYouMean } from '../base/suggest.ts';
import type {
  DeclaredQueue,
  DeclaredStream,
  Environment,
  LimitsConfig,
  LimitsProfile,
  MetricsConfig,
  PolicyDocument,
  RoleConfig,
  UserConfig,
} from './config.ts';
import type { FileSections } from './config-schema.ts';

export const defaultAccount = '000000000000';

export function limitsFrom(sections: FileSections, flag: LimitsProfile | undefined): LimitsConfig {
  const section = sections.limits;
  const fromFile = typeof section === 'string' ? { default: section } : (section ?? {});
  return {
    default: flag ?? fromFile.default ?? 'relaxed',
    services: 'services' in fromFile ? (fromFile.services ?? {}) : {},
    resources: 'resources' in fromFile ? (fromFile.resources ?? {}) : {},
  };
}

type PolicyList = readonly (string | PolicyDocument)[] | undefined;

function resolvePolicies(list: PolicyList, owner: string, sections: FileSections, problems: string[]) {
  const known = sections.policies ?? {};
  return list?.map((entry): PolicyDocument => {
    if (typeof entry !== 'string') return entry;
    const found = Object.hasOwn(known, entry) ? known[entry] : undefined;
    if (found === undefined)
      problems.push(`${owner}: there is no policy ${entry}${didYouMean(entry, Object.keys(known))}`);
    return found ?? {};
  });
}

export function usersFrom(sections: FileSections, path: string, problems: string[]): readonly UserConfig[] {
  return Object.entries(sections.users ?? {}).map(([name, user]) => ({
    name,
    account: user.account ?? defaultAccount,
    keys: user.keys,
    policies: resolvePolicies(user.policies, `${path}: users.${name}`, sections, problems),
    isAdmin: user.admin ?? user.policies === undefined,
  }));
}

export function rolesFrom(sections: FileSections, path: string, problems: string[]): readonly RoleConfig[] {
  return Object.entries(sections.roles ?? {}).map(([name, role]) => ({
    name,
    account: role.account ?? defaultAccount,
    trust: role.trust,
    policies: resolvePolicies(role.policies, `${path}: roles.${name}`, sections, problems),
  }));
}

// A container becomes reachable with two variables and no file: the first user may do everything.
export function rootUser(environment: Environment, problems: string[]): UserConfig | undefined {
  const id = environment['CAUDAL_ROOT_KEY_ID'] ?? '';
  const secret = environment['CAUDAL_ROOT_SECRET'] ?? '';
  if (id === '' && secret === '') return undefined;
  if (id === '' || secret === '')
    problems.push('CAUDAL_ROOT_KEY_ID and CAUDAL_ROOT_SECRET must be set together');
  return {
    name: 'root',
    account: defaultAccount,
    keys: [{ id, secret }],
    policies: undefined,
    isAdmin: true,
  };
}

export function checkKeys(users: readonly UserConfig[], problems: string[]): void {
  const owners = new Map<string, string>();
  for (const user of users) {
    for (const { id } of user.keys) {
      const other = owners.get(id);
      if (other !== undefined) problems.push(`users.${user.name}: key ${id} belongs to ${other} already`);
      owners.set(id, user.name);
    }
  }
}

export function queuesFrom(sections: FileSections, homeRegion: string): readonly DeclaredQueue[] {
  return Object.entries(sections.queues ?? {}).map(([name, queue]) => {
    const attributes: Record<string, string> = {};
    for (const [attribute, value] of Object.entries(queue?.attributes ?? {})) {
      attributes[attribute] = typeof value === 'object' ? JSON.stringify(value) : String(value);
    }
    if (queue?.policy !== undefined) attributes['Policy'] = JSON.stringify(queue.policy);
    return {
      name,
      account: queue?.account ?? defaultAccount,
      region: queue?.region ?? homeRegion,
      attributes,
      tags: texts(queue?.tags),
    };
  });
}

export function streamsFrom(sections: FileSections, homeRegion: string): readonly DeclaredStream[] {
  return Object.entries(sections.streams ?? {}).map(([name, stream]) => {
    const attributes = texts(stream?.attributes);
    if (stream?.policy !== undefined) attributes['Policy'] = JSON.stringify(stream.policy);
    return {
      name,
      account: stream?.account ?? defaultAccount,
      region: stream?.region ?? homeRegion,
      attributes,
      tags: texts(stream?.tags),
    };
  });
}

function texts(values: Readonly<Record<string, string | number | boolean>> | undefined) {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, String(value)]));
}

export function metricsFrom({ metrics }: FileSections): MetricsConfig {
  return { isPerQueue: metrics?.['per-queue'] ?? true, queuesMax: metrics?.['queues-max'] ?? 200 };
}
