// What EventBridge keeps in the annotations of topics (buses), bindings (rules) and their targets, for its
// clients, the daemon's scheduler and the delivery pump. A name that is taken once keeps its meaning.

export const busAnnotation = {
  description: 'description',
  keyIdentifier: 'keyIdentifier',
  /** ARN of a queue. */
  deadLetterArn: 'deadLetterArn',
  /** JSON, as it was given. */
  logConfig: 'logConfig',
  policy: 'policy',
} as const;

export const ruleAnnotation = {
  description: 'description',
  /** Text of the pattern, as it was given. */
  pattern: 'pattern',
  /** `rate(...)` or `cron(...)`: the daemon fires the rule by it. */
  schedule: 'schedule',
  role: 'role',
  /** One of the three states; the core knows only whether it is enabled. */
  state: 'state',
  createdBy: 'createdBy',
} as const;

export const targetAnnotation = {
  /** JSON of the target as it was given. */
  given: 'target',
  /** Of pushed targets: `function`, `destination` or `http`. */
  medium: 'medium',
  /** Of pushed targets: JSON of the transform, which delivery.ts applies when it delivers. */
  transform: 'transform',
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** A copy with some of them set, or taken out where undefined. */
export function annotated(
  current: Annotations,
  changes: { readonly [name: string]: string | undefined },
): Annotations {
  const next: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}
