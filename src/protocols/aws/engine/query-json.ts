// JSON of the Query wire's tree, for the clients that send `Accept: application/json` to it. As recorded from
// SQS: flat lists under the member's name in lower case (`queueUrls`, `messages`), absent members as null.
import { lowerFirst, type Plan } from './plan.ts';
import { scalarText } from './xml.ts';

type Fields = Readonly<Record<string, unknown>>;

export function queryJsonMembers(plan: Plan, fields: Fields): object {
  const json: Record<string, unknown> = {};
  for (const member of plan.members) {
    const name = member.plan.kind === 'list' && member.plan.isFlat ? lowerFirst(member.name) : member.name;
    const value = fields[member.name];
    json[name] = value === undefined ? null : queryJson(member.plan, value);
  }
  return json;
}

function queryJson(plan: Plan, value: unknown): unknown {
  switch (plan.kind) {
    case 'structure':
      return queryJsonMembers(plan, value as Fields);
    case 'list':
      return (value as readonly unknown[]).map((item) => queryJson(plan.item!, item));
    case 'map':
      return Object.entries(value as Fields).map(([key, item]) => ({
        [plan.keyName]: key,
        [plan.valueName]: queryJson(plan.item!, item),
      }));
    case 'blob':
    case 'timestamp':
      return scalarText(plan, value);
    default:
      return value;
  }
}
