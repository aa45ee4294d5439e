// What Kinesis keeps in the annotations of a stream: flags that its clients want back and the core does not
// read. One name each; a name that is taken once keeps its meaning.

export const annotation = {
  /** How long its creation showed, ms. Absent: not at all. */
  creationMs: 'creationMs',
  /** `true` once its retention was set by a request: from then on only changes in the right direction. */
  isRetentionSet: 'isRetentionSet',
  /** Id of the key that it is said to be encrypted with. Absent: it is not. */
  keyId: 'keyId',
  /** Names of its enhanced metrics, separated by commas. */
  metrics: 'metrics',
  warmMiBps: 'warmMiBps',
  /** `AUTO`: keys of records don't choose their shard. */
  distribution: 'distribution',
  policy: 'policy',
  /** Times of its latest changes of the shard count and of the mode, ms, separated by commas. */
  resizedAtMs: 'resizedAtMs',
  switchedAtMs: 'switchedAtMs',
} as const;

type AnnotationName = (typeof annotation)[keyof typeof annotation];
export type Annotations = Readonly<Record<string, string>>;

/** A copy with some of them set, or taken out where undefined. */
export function annotated(
  current: Annotations,
  changes: { readonly [N in AnnotationName]?: string | undefined },
): Annotations {
  const next: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}
