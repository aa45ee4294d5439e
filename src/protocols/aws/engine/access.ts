// May this caller do that? Builds the IAM request out of an HTTP request and asks iam/evaluate.ts. Keeps
// resource policies parsed by their text, as the hot path asks for each message.
import { limits } from '../../../base/limits.ts';
import type { Clock } from '../../../base/clock.ts';
import type { HttpRequest } from '../../../net/http.ts';
import { BoundedCache } from './bounded-cache.ts';
import { isAllowed } from './iam/evaluate.ts';
import { parsePolicy, type Policy } from './iam/policy.ts';
import type { Identity } from './identity/identity.ts';
import type { Resource } from './service.ts';

export interface AccessQuestion {
  readonly identity: Identity;
  readonly action: string;
  readonly resource: Resource;
  readonly request: HttpRequest;
  readonly region: string;
}

export class AccessControl {
  readonly #clock: Clock;
  readonly #policies = new BoundedCache<Policy>(limits.parsedPoliciesMax);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isAllowed(question: AccessQuestion): boolean {
    const { identity, resource } = question;
    if (identity.isTrusted) return true;
    const isOwner = identity.policies === undefined && identity.account === resource.account;
    if (isOwner && resource.policy === undefined && identity.sessionPolicies.length === 0) return true;
    return isAllowed({
      requester: identity,
      action: question.action,
      resourceArn: resource.arn,
      resourceAccount: resource.account,
      resourcePolicy: resource.policy === undefined ? undefined : this.#parsed(resource.policy),
      context: (key) => this.#contextValue(key, question),
    });
  }

  /** A policy that can't be read allows nobody anything; services refuse such texts when they are set. */
  #parsed(text: string): Policy {
    const known = this.#policies.get(text);
    if (known !== undefined) return known;
    const parsed = parsePolicy(text);
    const policy = parsed.ok ? parsed.value : unreadable;
    this.#policies.set(text, policy);
    return policy;
  }

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, lower case. */
  #contextValue(key: string, question: AccessQuestion): readonly string[] | undefined {
    const { identity, request, region, resource } = question;
    switch (key) {
      case 'aws:sourceip':
        return [request.remoteAddress];
      case 'aws:securetransport':
        return [String(request.isSecure)];
      case 'aws:principalarn':
        return [identity.principalArn];
      case 'aws:principalaccount':
        return [identity.account];
      case 'aws:principaltype':
        return [principalTypes[identity.kind]];
      case 'aws:userid':
        return [identity.id];
      case 'aws:username':
        return identity.userName === undefined ? undefined : [identity.userName];
      case 'aws:currenttime':
        return [new Date(this.#clock.nowMs()).toISOString()];
      case 'aws:epochtime':
        return [String(Math.floor(this.#clock.nowMs() / 1000))];
      case 'aws:requestedregion':
        return [region];
      case 'aws:useragent':
        return headerValue(request, 'user-agent');
      case 'aws:referer':
        return headerValue(request, 'referer');
      default: {
        // aws:SourceArn and aws:SourceAccount name the resource that a service acts for; clients have none.
        const own = resource.context?.[key];
        return own === undefined ? undefined : [own];
      }
    }
  }
}

const unreadable: Policy = { statements: [] };
const principalTypes = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  anonymous: 'Anonymous',
} as const;

function headerValue(request: HttpRequest, name: string): readonly string[] | undefined {
  const value = request.headers.get(name);
  return value === undefined ? undefined : [value];
}
