// Listings of rules: ListRules, ListRuleNamesByTarget. Bindings of archives are on the same bus, and no
// rules.
import type { BindingDefinition } from '../../../../../broker/index.ts';
import type { Call } from '../../../engine/service.ts';
import { type Bus, openBus } from '../bus-ref.ts';
import type { Events } from '../events.ts';
import type { EventsInput, EventsOutput } from '../model.ts';
import { busPrefix, ruleOfBinding } from '../names.ts';
import { pageOf, type PageInput } from '../paging.ts';
import { describeRule, ruleOf, targetsOf } from '../rule-ref.ts';

export async function listRules(
  events: Events,
  input: EventsInput<'ListRules'>,
  call: Call,
): Promise<EventsOutput<'ListRules'>> {
  const bus = await openBus(events, call, input.EventBusName);
  const { items, NextToken } = page(events, call, { input, bus, prefix: input.NamePrefix ?? '' });
  return { Rules: items.map((definition) => describeRule(ruleOf(definition)!)), NextToken };
}

export async function listRuleNamesByTarget(
  events: Events,
  input: EventsInput<'ListRuleNamesByTarget'>,
  call: Call,
): Promise<EventsOutput<'ListRuleNamesByTarget'>> {
  const bus = await openBus(events, call, input.EventBusName);
  const { TargetArn: arn } = input;
  const isShown = (definition: BindingDefinition): boolean =>
    targetsOf(ruleOf(definition)!).some((target) => target.Arn === arn);
  const { items, NextToken } = page(events, call, { input, bus, prefix: '', isShown });
  return { RuleNames: items.map(({ name }) => ruleOfBinding(name)!.rule), NextToken };
}

interface Wanted {
  readonly input: PageInput;
  readonly bus: Bus;
  readonly prefix: string;
  readonly isShown?: (definition: BindingDefinition) => boolean;
}

function page(events: Events, call: Call, { input, bus, prefix, isShown }: Wanted) {
  const { namespace } = bus.definition.name;
  const whole = `${busPrefix}${bus.bus}/${prefix}`;
  return pageOf<BindingDefinition>(events, call, input, {
    scope: whole,
    position: ({ name }) => name.name,
    read: (after, limit) =>
      events.broker.catalog.bindings.list({
        namespace,
        prefix: whole,
        limit,
        ...(after === undefined ? {} : { after }),
      }),
    isShown: (definition) =>
      ruleOfBinding(definition.name) !== undefined && (isShown === undefined || isShown(definition)),
  });
}
