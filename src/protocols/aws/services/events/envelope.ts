// Events as they are delivered: one JSON text, put together by hand, so that the detail stays as it was written:
// order of its members, form of its numbers (EventBridge user guide, "Events"). Pure.
import type { Place } from './names.ts';

export interface EventFacts extends Place {
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
  readonly timeMs: number;
  readonly resources: readonly string[];
  /** JSON text of an object. */
  readonly detail: string;
}

export function eventText(facts: EventFacts): string {
  const { id, source, detailType, account, timeMs, region, resources, detail } = facts;
  return (
    `{"version":"0","id":"${id}","detail-type":${JSON.stringify(detailType)},` +
    `"source":${JSON.stringify(source)},"account":"${account}","time":"${timeText(timeMs)}",` +
    `"region":"${region}","resources":${JSON.stringify(resources)},"detail":${detail}}`
  );
}

/** Whole seconds. */
export function timeText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** An event of the archive as its replay sends it. */
export function replayedText(event: string, replay: string): string {
  return `${event.slice(0, event.lastIndexOf('}'))},"replay-name":${JSON.stringify(replay)}}`;
}

/** What a rule gets when its schedule is due. */
export function scheduledEventText(
  place: Place,
  { id, ruleArn, timeMs }: { readonly id: string; readonly ruleArn: string; readonly timeMs: number },
): string {
  return eventText({
    ...place,
    id,
    timeMs,
    source: 'aws.events',
    detailType: 'Scheduled Event',
    resources: [ruleArn],
    detail: '{}',
  });
}
