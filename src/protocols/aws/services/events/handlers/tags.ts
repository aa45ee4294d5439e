// Tags of buses and rules, by ARN: put, taken away, listed. Which there may be stands in ../tags.ts.
import type { Call } from '../../../engine/service.ts';
import { authorizeBus, ensureDefaultBus, requireBus } from '../bus-ref.ts';
import { changeBinding, changeTopic } from '../change.ts';
import { invalidParameter } from '../errors.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { type BusAddress, parseBusArn, parseRuleArn } from '../names.ts';
import { requireRule, ruleResource } from '../rule-ref.ts';
import { mergeTags, tagList, type Tags, withoutTags } from '../tags.ts';

type Edit = (current: Tags) => Tags;

export async function tagResource(
  events: Events,
  input: EventsInput<'TagResource'>,
  call: Call,
): Promise<object> {
  return edit(events, call, input.ResourceARN, (current) => mergeTags(current, input.Tags));
}

export async function untagResource(
  events: Events,
  input: EventsInput<'UntagResource'>,
  call: Call,
): Promise<object> {
  return edit(events, call, input.ResourceARN, (current) => withoutTags(current, input.TagKeys));
}

export async function listTagsForResource(
  events: Events,
  input: EventsInput<'ListTagsForResource'>,
  call: Call,
): Promise<EventsOutput<'ListTagsForResource'>> {
  const { address, rule } = await open(events, call, input.ResourceARN);
  const { tags } =
    rule === undefined
      ? requireBus(events, address).definition
      : requireRule(events, address, rule).definition;
  return { Tags: tagList(tags) };
}

async function edit(events: Events, call: Call, arn: string, change: Edit): Promise<object> {
  const { address, rule } = await open(events, call, arn);
  if (rule === undefined) {
    const find = () => requireBus(events, address).definition;
    await changeTopic(call, find, ({ tags }) => ({ tags: change(tags) }));
  } else {
    const find = () => requireRule(events, address, rule).definition;
    await changeBinding(call, find, ({ tags }) => ({ tags: change(tags) }));
  }
  return {};
}

interface Tagged {
  readonly address: BusAddress;
  /** Undefined: the bus itself. */
  readonly rule: string | undefined;
}

async function open(events: Events, call: Call, arn: string): Promise<Tagged> {
  const action = `events:${call.operationName}`;
  const bus = parseBusArn(arn);
  if (bus !== undefined) {
    authorizeBus(events, call, bus, action);
    await ensureDefaultBus(events, call, bus);
    return { address: bus, rule: undefined };
  }
  const parsed = parseRuleArn(arn);
  if (parsed === undefined) throw invalidParameter('ResourceARN', 'Provided Arn is not in correct format.');
  const { rule, ...address } = parsed;
  call.authorize(action, ruleResource(address, rule));
  return { address, rule };
}
