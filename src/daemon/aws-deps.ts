// Users, roles and limits of the configuration in the form the AWS engine takes. Called by compose.ts.
import { type AwsDeps, awsServices, type LambdaSettings } from '../protocols/aws/index.ts';
import type { ProtocolDeps } from '../protocols/types.ts';
import { type Config, hasDefaultKey, type PolicyDocument } from './config.ts';
import { defaultAccount } from './config-sections.ts';
import { connectionSecrets } from './connection-secrets.ts';
import type { Outward } from './outward.ts';

export function awsDepsOf(config: Config, deps: ProtocolDeps, outward: Outward): AwsDeps {
  return {
    ...deps,
    auth: config.settings.auth,
    homeRegion: config.settings.region,
    account: defaultAccount,
    hasDefaultKey: hasDefaultKey(config),
    users: config.users.map(({ name, account, keys, policies }) => ({
      name,
      account,
      accessKeys: keys,
      ...textsOf(policies),
    })),
    roles: config.roles.map(({ name, account, trust, policies }) => ({
      name,
      account,
      ...textsOf(policies),
      ...(trust === undefined ? {} : { trust: JSON.stringify(trust) }),
    })),
    limits: config.limits,
    services: awsServices({
      events: { secrets: connectionSecrets(deps.secret) },
      kinesis: config.kinesis,
      lambda: lambdaSettings(outward),
    }),
  };
}

/** What runs mappings starts after this: until then they are kept and nobody is told. */
function lambdaSettings(outward: Outward): LambdaSettings {
  return {
    functions: outward.functions,
    mappings: {
      changed: (entity) => outward.mappings?.follow(entity),
      lastResult: (entity) => outward.mappings?.resultOf(entity),
    },
  };
}

function textsOf(policies: readonly PolicyDocument[] | undefined) {
  return policies === undefined ? {} : { policies: policies.map((policy) => JSON.stringify(policy)) };
}
