// Matching of parsed events against JSON.parse of the same events, in this process, in pairs: per kind of
// match and number of rules. Each batch is parsed anew before it is matched, so that nothing that a string
// remembers from an earlier look (its hash) helps.
import { holds } from '../../src/broker/routing/match-naive.ts';
import { MatchIndex } from '../../src/broker/routing/match-index.ts';
import type { Matcher } from '../../src/broker/matcher-types.ts';
import { compileEventPattern } from '../../src/protocols/aws/patterns/event-pattern.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { runPairs } from '../pairs.ts';
import type { Window } from '../pairs.ts';
import { finishResult } from '../report.ts';
import type { BenchResult } from '../report.ts';
import { makeRules } from './rules.ts';
import type { RuleKind } from './rules.ts';

const ruleCounts = [100, 1_000, 10_000];
/** Of the speed of JSON.parse, from the design; beside it Event Ruler's published events/s with 5 rules. */
const kinds: Readonly<Record<RuleKind, { readonly atLeast: number; readonly published: string }>> = {
  exact: { atLeast: 1, published: '> 220,000' },
  prefix: { atLeast: 1, published: '> 220,000' },
  suffix: { atLeast: 1, published: '> 220,000' },
  numeric: { atLeast: 1, published: '> 120,000' },
  wildcard: { atLeast: 0.5, published: '> 170,000' },
  'anything-but': { atLeast: 0.5, published: '> 150,000' },
};
/** In-process windows need no long run. */
const windowShare = 1 / 8;
const checkedEvents = 20;

async function measureKind(
  context: ExperimentContext,
  kind: RuleKind,
  ruleCount: number,
): Promise<BenchResult> {
  const { patterns, events } = makeRules(kind, ruleCount, context.seed);
  const matchers = patterns.map(compileEventPattern);
  const index = new MatchIndex();
  const startedMs = performance.now();
  for (const [key, matcher] of matchers.entries()) index.put(key, matcher);
  const putMicros = ((performance.now() - startedMs) * 1000) / ruleCount;
  const parse = (): Window => parseWindow(context.windowMs * windowShare, events);
  const match = (): Window => matchWindow(context.windowMs * windowShare, events, index);
  parse();
  match();
  const outcome = await runPairs({
    pairCount: context.pairCount,
    yardstick: async () => parse(),
    subject: async () => match(),
  });
  const { atLeast, published } = kinds[kind];
  const name = `eventbridge-rules-${kind}-${ruleCount}`;
  const meanBytes = events.reduce((sum, text) => sum + text.length, 0) / events.length;
  const found = events.reduce((sum, text) => sum + index.matchDocument(JSON.parse(text)).length, 0);
  context.progress(`${name}: ${outcome.ratio.toFixed(2)} x JSON.parse`);
  return finishResult({
    name,
    value: outcome.subjectRateHz,
    unit: 'events/s',
    yardstick: { name: 'JSON.parse', value: outcome.yardstickRateHz },
    ratio: outcome.ratio,
    pairRatios: outcome.pairRatios,
    bar: { measure: 'ratio', atLeast },
    flags: [
      `${(found / events.length).toFixed(2)} matches an event of ${meanBytes.toFixed(0)} B, ` +
        `${putMicros.toFixed(1)} us to add a rule; Event Ruler publishes ${published} with 5 rules`,
      ...differences(index, matchers, events),
    ],
  });
}

function parseWindow(windowMs: number, events: readonly string[]): Window {
  let units = 0;
  let spentMs = 0;
  while (spentMs < windowMs) {
    const startedMs = performance.now();
    for (const text of events) kept = JSON.parse(text);
    spentMs += performance.now() - startedMs;
    units += events.length;
  }
  return windowOf(units, spentMs);
}

function matchWindow(windowMs: number, events: readonly string[], index: MatchIndex): Window {
  let units = 0;
  let spentMs = 0;
  while (spentMs < windowMs) {
    const documents: unknown[] = events.map((text) => JSON.parse(text));
    const startedMs = performance.now();
    for (const document of documents) kept = index.matchDocument(document);
    spentMs += performance.now() - startedMs;
    units += events.length;
  }
  return windowOf(units, spentMs);
}

/** Keeps the last result, so that no compiler may leave the work out. */
let kept: unknown;

function windowOf(units: number, spentMs: number): Window {
  if (kept === undefined) throw new Error('nothing was measured');
  return { rateHz: (units * 1000) / spentMs, units, latency: null, cpuMs: null, flags: [] };
}

/** A fast wrong answer is worth nothing: some events are asked of the simple evaluation, too. */
function differences(index: MatchIndex, matchers: readonly Matcher[], events: readonly string[]): string[] {
  for (const text of events.slice(0, checkedEvents)) {
    const document: unknown = JSON.parse(text);
    const wanted = matchers.flatMap((matcher, key) => (holds(matcher, document) ? [key] : []));
    const found = index.matchDocument(document);
    if (found.join() !== wanted.join()) return [`void: found rules ${found.join()}, not ${wanted.join()}`];
  }
  return [];
}

async function run(context: ExperimentContext): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const kind of Object.keys(kinds) as RuleKind[])
    for (const ruleCount of ruleCounts) results.push(await measureKind(context, kind, ruleCount));
  return results;
}

export const eventbridgeRules: Experiment = {
  name: 'eventbridge-rules',
  summary: 'matching of 900 B events by 100 / 1,000 / 10,000 rules of six kinds, beside JSON.parse',
  isDefault: false,
  run,
};
