// Which limits profile holds where: the daemon's default, overridden per service, overridden per resource.
// What a profile switches is listed beside each service (ServiceModule.limits).
import type { LimitsProfile } from './service.ts';

export interface LimitsConfig {
  readonly default: LimitsProfile;
  /** By service id: `sqs`. */
  readonly services?: Readonly<Record<string, LimitsProfile>>;
  /** By service id and name: `sqs:orders`. */
  readonly resources?: Readonly<Record<string, LimitsProfile>>;
}

export type LimitsLookup = (serviceId: string, resourceName?: string) => LimitsProfile;

export function createLimitsLookup(config: LimitsConfig): LimitsLookup {
  const services = new Map(Object.entries(config.services ?? {}));
  const resources = new Map(Object.entries(config.resources ?? {}));
  return (serviceId, resourceName) => {
    const own = resourceName === undefined ? undefined : resources.get(`${serviceId}:${resourceName}`);
    return own ?? services.get(serviceId) ?? config.default;
  };
}
