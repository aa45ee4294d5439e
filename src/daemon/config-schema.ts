// The form of caudal.yaml beyond the settings that are flags too: users, roles, policies, limits, CORS,
// declared queues and streams, metrics. Loaded only when there is a file; the texts here are what its author
// reads.
import * as v from 'valibot';
import { settingNames } from './settings.ts';

const scalar = v.union([v.string(), v.number(), v.boolean()], 'must be a text, a number, true or false');
const quoted = v.pipe(v.string('must be text (put it in quotes)'), v.minLength(1, 'must not be empty'));

// `000000000000` without quotes is the number 0 to YAML: the zeros are put back.
const account = v.pipe(
  v.union([v.string(), v.number()], 'must be an account of 12 digits'),
  v.transform((given) => String(given).padStart(typeof given === 'number' ? 12 : 0, '0')),
  v.regex(/^[0-9]{12}$/, 'must be an account of 12 digits'),
);
const region = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'must be a region such as us-east-1'));
const policy = v.record(v.string(), v.unknown(), 'must be a policy: Version and Statement');
const policyOrName = v.union([quoted, policy], 'must be a policy, or the name of one under policies');
const profile = v.picklist(['relaxed', 'aws'], 'must be relaxed or aws');

const key = v.strictObject({ id: quoted, secret: quoted });

const user = v.strictObject({
  account: v.optional(account),
  keys: v.pipe(
    v.array(key, 'must be a list of { id, secret }'),
    v.minLength(1, 'must have one key at least'),
  ),
  /** Without any, the user may do everything in its account. */
  policies: v.optional(v.array(policyOrName, 'must be a list')),
  /** Use of the admin API; default: those who have no policies. */
  admin: v.optional(v.boolean('must be true or false')),
});

const role = v.strictObject({
  account: v.optional(account),
  /** Who may assume it; without one, everybody of its account. */
  trust: v.optional(policy),
  policies: v.optional(v.array(policyOrName, 'must be a list')),
});

const limits = v.strictObject({
  default: v.optional(profile),
  services: v.optional(v.record(v.string(), profile, 'must be a map of service to relaxed or aws')),
  resources: v.optional(v.record(v.string(), profile, 'must be a map of service:name to relaxed or aws')),
});

const attributeValue = v.union([scalar, v.record(v.string(), v.unknown())], 'must be a value or a map');

const queue = v.strictObject({
  account: v.optional(account),
  region: v.optional(region),
  /** Names as SQS has them; maps (RedrivePolicy) are written as JSON. */
  attributes: v.optional(v.record(v.string(), attributeValue, 'must be a map')),
  policy: v.optional(policy),
  tags: v.optional(v.record(v.string(), scalar, 'must be a map')),
});

const stream = v.strictObject({
  account: v.optional(account),
  region: v.optional(region),
  /** Names as Kinesis has them: ShardCount, StreamMode, RetentionPeriodHours ... */
  attributes: v.optional(v.record(v.string(), scalar, 'must be a map')),
  policy: v.optional(policy),
  tags: v.optional(v.record(v.string(), scalar, 'must be a map')),
});

const whole = (min: number, max: number) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be whole'),
    v.minValue(min, `must be ${min} at least`),
    v.maxValue(max, `must be ${max} at most`),
  );

const kinesis = v.strictObject({
  stateDelayMs: v.optional(whole(0, 60_000)),
  defaultRetentionHours: v.optional(whole(24, 8760)),
});

const textMap = v.record(v.string(), v.string('must be text'), 'must be a map');

/** Places outside that the daemon may call although they are private: networks, hosts, host:port. */
const outbound = v.strictObject({ allow: v.optional(v.array(quoted, 'must be a list')) });

const smtp = v.strictObject({
  host: quoted,
  port: v.optional(whole(1, 65_535)),
  tls: v.optional(v.boolean('must be true or false')),
  user: v.optional(quoted),
  password: v.optional(quoted),
  from: quoted,
});

/** An HTTP gateway that sends text messages; without one they are recorded. */
const sms = v.strictObject({
  url: quoted,
  headers: v.optional(textMap),
  format: v.optional(v.picklist(['json', 'form'], 'must be json or form')),
  fields: v.optional(
    v.strictObject({ to: v.optional(quoted), text: v.optional(quoted), sender: v.optional(quoted) }),
  ),
  constants: v.optional(textMap),
});

/** A named function: a URL, or a command that gets the event on its standard input. */
const namedFunction = v.strictObject({
  url: v.optional(quoted),
  headers: v.optional(textMap),
  command: v.optional(v.array(quoted, 'must be a list: program and arguments')),
  directory: v.optional(quoted),
  environment: v.optional(textMap),
  'timeout-seconds': v.optional(whole(1, 900)),
});

const cors = v.strictObject({ origins: v.array(quoted, 'must be a list of origins, or of "*"') });

const metrics = v.strictObject({
  'per-queue': v.optional(v.boolean('must be true or false')),
  'queues-max': v.optional(
    v.pipe(v.number('must be a number'), v.integer('must be whole'), v.minValue(0), v.maxValue(10_000)),
  ),
});

const settingEntries = Object.fromEntries(
  settingNames
    .filter((name) => name !== 'config' && name !== 'limits')
    .map((name) => [name, v.optional(v.union([v.string(), v.number(), v.boolean()], 'must be one value'))]),
);

const sections = {
  limits: v.optional(v.lazy((given) => (typeof given === 'object' && given !== null ? limits : profile))),
  users: v.optional(v.record(v.string(), user, 'must be a map of user names')),
  roles: v.optional(v.record(v.string(), role, 'must be a map of role names')),
  policies: v.optional(v.record(v.string(), policy, 'must be a map of policy names')),
  queues: v.optional(v.record(v.string(), v.nullable(queue), 'must be a map of queue names')),
  streams: v.optional(v.record(v.string(), v.nullable(stream), 'must be a map of stream names')),
  kinesis: v.optional(kinesis),
  outbound: v.optional(outbound),
  smtp: v.optional(smtp),
  sms: v.optional(sms),
  functions: v.optional(v.record(v.string(), namedFunction, 'must be a map of function names')),
  cors: v.optional(cors),
  metrics: v.optional(metrics),
};

export const fileSchema = v.strictObject({ ...sections, ...settingEntries });

export type FileSections = v.InferOutput<v.StrictObjectSchema<typeof sections, undefined>>;
