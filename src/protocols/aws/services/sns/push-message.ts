// Push messages by platform: what Apple's and Google's services are sent for one message, from the platform
// application's credentials (SNS developer guide, "Mobile push notifications"). Other platforms have no
// gateway here. Pure.

export interface ApnsPush {
  readonly kind: 'apns';
  readonly endpoint: string;
  readonly credential:
    | { readonly kind: 'token'; readonly teamId: string; readonly keyId: string; readonly privateKey: string }
    | { readonly kind: 'certificate'; readonly cert: string; readonly key: string };
  readonly to: readonly [string];
  readonly topic: string | undefined;
  readonly pushType: string;
  readonly priority: number | undefined;
  readonly expiresAtSeconds: number | undefined;
  readonly collapseId: string | undefined;
  readonly payload: string;
}

export interface FcmPush {
  readonly kind: 'fcm';
  readonly account: {
    readonly projectId: string;
    readonly clientEmail: string;
    readonly privateKey: string;
    readonly tokenUrl: string;
  };
  readonly to: readonly [string];
  readonly message: Readonly<Record<string, unknown>>;
}

export type PushMessage = ApnsPush | FcmPush;

export interface PushFacts {
  readonly platform: string;
  readonly token: string;
  /** Attributes of the platform application. */
  readonly application: Readonly<Record<string, string>>;
  /** JSON for the platform, or a plain text. */
  readonly text: string;
  readonly subject: string | undefined;
  readonly sentAtMs: number;
  readonly attribute: (name: string) => string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const defaultTokenUrl = 'https://oauth2.googleapis.com/token';
const applePlatforms = /^(?:APNS(?:_VOIP)?|MACOS)(_SANDBOX)?$/;

/** Undefined: the platform, or the application's credentials, are none that anything can be sent with. */
export function pushMessage(facts: PushFacts): PushMessage | undefined {
  if (facts.platform === 'GCM' || facts.platform === 'FCM') return fcmPush(facts);
  return applePlatforms.test(facts.platform) ? apnsPush(facts) : undefined;
}

function apnsPush({ platform, token, application, text, sentAtMs, attribute }: PushFacts): ApnsPush {
  const isSandbox = platform.endsWith('_SANDBOX');
  const key = application['PlatformCredential'] ?? '';
  const principal = application['PlatformPrincipal'] ?? '';
  const teamId = application['ApplePlatformTeamID'];
  const ttl = attribute(`AWS.SNS.MOBILE.${platform}.TTL`);
  const priority = attribute('AWS.SNS.MOBILE.APNS.PRIORITY');
  return {
    kind: 'apns',
    endpoint: `https://api.${isSandbox ? 'sandbox.' : ''}push.apple.com`,
    credential:
      teamId === undefined
        ? { kind: 'certificate', cert: principal, key }
        : { kind: 'token', teamId, keyId: principal, privateKey: key },
    to: [token],
    topic: attribute('AWS.SNS.MOBILE.APNS.TOPIC') ?? application['ApplePlatformBundleID'],
    pushType: attribute('AWS.SNS.MOBILE.APNS.PUSH_TYPE') ?? (platform.includes('VOIP') ? 'voip' : 'alert'),
    priority: priority === undefined ? undefined : Number(priority),
    expiresAtSeconds: ttl === undefined ? undefined : Math.floor(sentAtMs / 1000) + Number(ttl),
    collapseId: attribute('AWS.SNS.MOBILE.APNS.COLLAPSE_ID'),
    payload: objectOf(text) === undefined ? JSON.stringify({ aps: { alert: text } }) : text,
  };
}

function fcmPush({ platform, token, application, text, attribute }: PushFacts): FcmPush | undefined {
  const account = objectOf(application['PlatformCredential'] ?? '');
  if (account === undefined) return undefined;
  const ttl = attribute(`AWS.SNS.MOBILE.${platform}.TTL`);
  const message = fcmMessage(objectOf(text) ?? { data: { default: text } });
  const android = {
    ...(message['android'] as Json | undefined),
    ...(ttl === undefined ? {} : { ttl: `${ttl}s` }),
  };
  return {
    kind: 'fcm',
    account: {
      projectId: String(account['project_id'] ?? ''),
      clientEmail: String(account['client_email'] ?? ''),
      privateKey: String(account['private_key'] ?? ''),
      tokenUrl: String(account['token_uri'] ?? defaultTokenUrl),
    },
    to: [token],
    message: Object.keys(android).length === 0 ? message : { ...message, android },
  };
}

/** `fcmV1Message` is the API's own form; else the older one's notification and data. */
function fcmMessage(given: Json): Json {
  const wrapped = given['fcmV1Message'] as { readonly message?: Json } | undefined;
  if (wrapped?.message !== undefined) return wrapped.message;
  const { notification, data, priority, collapse_key: collapseKey } = given;
  const android = {
    ...(typeof priority === 'string' ? { priority: priority.toUpperCase() } : {}),
    ...(collapseKey === undefined ? {} : { collapse_key: collapseKey }),
  };
  return {
    ...(notification === undefined ? {} : { notification }),
    ...(data === undefined ? {} : { data: texts(data as Json) }),
    ...(Object.keys(android).length === 0 ? {} : { android }),
  };
}

/** Values of `data` are texts in the newer API. */
function texts(data: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function objectOf(text: string): Json | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
