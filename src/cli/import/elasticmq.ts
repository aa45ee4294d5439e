// Turns an ElasticMQ configuration into the queues section of caudal.yaml. What has no counterpart is told in
// comments at the top, so that nothing is dropped in silence.
import { err, ok, type Result } from '../../base/result.ts';
import { type HoconMap, type HoconValue, isMap, parseHocon } from './hocon.ts';

const durationSeconds: readonly (readonly [unit: RegExp, seconds: number])[] = [
  [/^(ns|nanos?|nanoseconds?)$/, 1e-9],
  [/^(us|micros?|microseconds?)$/, 1e-6],
  [/^(ms|millis?|milliseconds?)$/, 1e-3],
  [/^(s|seconds?)?$/, 1],
  [/^(m|minutes?)$/, 60],
  [/^(h|hours?)$/, 3600],
  [/^(d|days?)$/, 86_400],
];

// Sections of the reference configuration that say how ElasticMQ itself runs.
const silent = new Set(['include', 'pekko', 'akka', 'queues', 'aws', 'rest-sqs']);

export function elasticmqToYaml(text: string): Result<string, string> {
  const parsed = parseHocon(text);
  if (!parsed.ok) return parsed;
  const { root } = parsed.value;
  const notes = [...parsed.value.notes];
  const account = textAt(root, 'aws', 'accountId');
  const region = textAt(root, 'aws', 'region');
  const lines = settingLines(root, region, notes);
  for (const key of Object.keys(root)) if (!silent.has(key)) notes.push(`${key} has no counterpart`);
  const queues = root['queues'];
  if (queues !== undefined && !isMap(queues)) return err('queues must be a map');
  lines.push('queues:');
  const names = Object.keys(queues ?? {});
  for (const name of names) lines.push(...queueLines(name, queues?.[name] as HoconValue, account, notes));
  if (names.length === 0) lines.splice(lines.indexOf('queues:'), 1, 'queues: {}');
  const comments = notes.map((note) => `# Not taken over: ${note.replaceAll(/\s+/g, ' ')}`);
  return ok(['# Made from an ElasticMQ configuration.', ...comments, ...lines].join('\n'));
}

function settingLines(root: HoconMap, region: string | undefined, notes: string[]): string[] {
  const lines: string[] = [];
  if (region !== undefined) lines.push(`region: ${quote(region)}`);
  const rest = root['rest-sqs'];
  if (!isMap(rest)) return lines;
  for (const [key, value] of Object.entries(rest)) {
    const given = typeof value === 'string' ? value : '';
    if (key === 'bind-port' && /^[0-9]+$/.test(given)) lines.push(`http-port: ${given}`);
    else if (key === 'bind-hostname')
      notes.push(`rest-sqs.bind-hostname = ${given}: set bind, and users with it`);
    else if (key === 'sqs-limits')
      notes.push(`rest-sqs.sqs-limits = ${given}: sizes and names are always checked`);
    else if (key !== 'enabled') notes.push(`rest-sqs.${key}`);
  }
  return lines;
}

type Notes = string[];

function queueLines(
  name: string,
  value: HoconValue,
  account: string | undefined,
  notes: Notes,
): readonly string[] {
  const queue = isMap(value) ? value : {};
  const isFifo = queue['fifo'] === 'true';
  const attributes: string[] = isFifo ? ["FifoQueue: 'true'"] : [];
  const tags: string[] = [];
  for (const [key, one] of Object.entries(queue)) {
    const problem = translate(key, one, attributes, tags);
    if (problem !== undefined) notes.push(`queues.${name}.${problem}`);
  }
  const lines = [`  ${quote(fifoName(name, isFifo))}:`];
  if (account !== undefined) lines.push(`    account: ${JSON.stringify(account)}`);
  if (attributes.length > 0) lines.push('    attributes:', ...attributes.map((line) => `      ${line}`));
  if (tags.length > 0) lines.push('    tags:', ...tags.map((line) => `      ${line}`));
  if (lines.length === 1) lines[0] += ' {}';
  return lines;
}

/** Adds the lines of one key; answers what could not be taken over. */
function translate(key: string, value: HoconValue, attributes: string[], tags: string[]): string | undefined {
  switch (key) {
    case 'defaultVisibilityTimeout':
      return addDuration('VisibilityTimeout', key, value, attributes);
    case 'delay':
      return addDuration('DelaySeconds', key, value, attributes);
    case 'receiveMessageWait':
      return addDuration('ReceiveMessageWaitTimeSeconds', key, value, attributes);
    case 'contentBasedDeduplication':
      attributes.push(`ContentBasedDeduplication: '${value === 'true'}'`);
      return undefined;
    case 'deadLettersQueue':
      return addDeadLetters(value, attributes);
    case 'tags':
      if (isMap(value))
        for (const [tag, text] of Object.entries(value)) tags.push(`${quote(tag)}: ${quote(String(text))}`);
      return undefined;
    case 'fifo':
      return undefined;
    case 'copyTo':
    case 'moveTo':
      return `${key} = ${String(value)}: queues do not forward by themselves`;
    default:
      return `${key} has no counterpart`;
  }
}

function addDuration(
  attribute: string,
  key: string,
  value: HoconValue,
  attributes: string[],
): string | undefined {
  const seconds = typeof value === 'string' ? parseSeconds(value) : undefined;
  if (seconds === undefined) return `${key} = ${String(value)} is not a duration`;
  attributes.push(`${attribute}: ${seconds}`);
  return undefined;
}

// SQS counts whole seconds: a fraction is rounded up, so that nothing becomes shorter than it was.
function parseSeconds(text: string): number | undefined {
  const found = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)$/.exec(text.trim());
  if (found === null) return undefined;
  const unit = durationSeconds.find(([pattern]) => pattern.test(found[2] ?? ''));
  return unit === undefined ? undefined : Math.ceil(Number(found[1]) * unit[1]);
}

function addDeadLetters(value: HoconValue, attributes: string[]): string | undefined {
  if (!isMap(value)) return 'deadLettersQueue is not a map';
  const { name, maxReceiveCount } = value as { name?: string; maxReceiveCount?: string };
  if (typeof name !== 'string' || !/^[0-9]+$/.test(maxReceiveCount ?? '')) {
    return 'deadLettersQueue needs name and maxReceiveCount';
  }
  attributes.push(
    'RedrivePolicy:',
    `  deadLetterTargetArn: ${quote(name)}`,
    `  maxReceiveCount: ${maxReceiveCount}`,
  );
  return undefined;
}

function fifoName(name: string, isFifo: boolean): string {
  return isFifo && !name.endsWith('.fifo') ? `${name}.fifo` : name;
}

function textAt(root: HoconMap, section: string, key: string): string | undefined {
  const map = root[section];
  const value = isMap(map) ? map[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

// Words that need no quotes in YAML go without; everything else is JSON, which YAML reads too.
function quote(text: string): string {
  const isPlain =
    /^[A-Za-z][A-Za-z0-9_.-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
