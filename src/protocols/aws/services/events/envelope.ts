// Events as they are delivered: one JSON text, put together by hand, so that the detail stays as it was
// written but for white space (recorded): order of its members, form of its numbers (EventBridge user
// guide, "Events"). Pure.
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

/** JSON text without the white space between its tokens. */
export function compactJson(text: string): string {
  if (!/[ \t\r\n]/.test(text)) return text;
  let compact = '';
  let from = 0;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      i = stringEnd(text, i);
      continue;
    }
    if (code <= space) {
      compact += text.slice(from, i);
      from = i + 1;
    }
    i++;
  }
  return compact + text.slice(from);
}

const quote = 0x22;
const space = 0x20;
const backslash = 0x5c;

/** Where the string that begins at `start` is over. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text.charCodeAt(first - 1) === backslash) first--;
    if ((end - first) % 2 === 0) return end + 1;
  }
  return text.length;
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
