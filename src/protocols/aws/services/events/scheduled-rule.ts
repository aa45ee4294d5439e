// What the daemon's scheduler needs of rules: which have a schedule, and the event that they get when it is
// due. Pure.
import type { BindingDefinition } from '../../../../broker/index.ts';
import { ruleAnnotation } from './annotations.ts';
import { scheduledEventText } from './envelope.ts';
import { type Place, ruleArn, ruleOfBinding } from './names.ts';

export interface ScheduledRule {
  readonly expression: string;
  readonly arn: string;
  readonly place: Place;
}

/** Undefined for bindings that nothing fires; a disabled rule is not fired either. */
export function scheduledRule(binding: BindingDefinition): ScheduledRule | undefined {
  const expression = binding.annotations[ruleAnnotation.schedule];
  const rule = ruleOfBinding(binding.name);
  if (rule === undefined || expression === undefined || !binding.isEnabled) return undefined;
  const place = { account: rule.account, region: rule.region };
  return { expression, arn: ruleArn(rule, rule.rule), place };
}

/** Published through the rule's binding alone, under this id. */
export function scheduledEvent(rule: ScheduledRule, { id, dueMs }: { id: string; dueMs: number }): string {
  return scheduledEventText(rule.place, { id, ruleArn: rule.arn, timeMs: dueMs });
}
