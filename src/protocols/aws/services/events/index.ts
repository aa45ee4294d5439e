// The EventBridge service: its rows, one handler per operation, its words for errors. services/index.ts makes
// it with the daemon's settings.
import type { Handlers, ServiceFactory } from '../../engine/service.ts';
import { eventsErrors } from './errors.ts';
import { createEvents } from './events.ts';
import {
  createArchive,
  deleteArchive,
  describeArchive,
  listArchives,
  updateArchive,
} from './handlers/archives.ts';
import {
  createConnection,
  deauthorizeConnection,
  deleteConnection,
  describeConnection,
  listConnections,
  updateConnection,
} from './handlers/connections.ts';
import {
  createApiDestination,
  deleteApiDestination,
  describeApiDestination,
  listApiDestinations,
  updateApiDestination,
} from './handlers/destinations.ts';
import { cancelReplay, describeReplay, listReplays, startReplay } from './handlers/replays.ts';
import {
  createEventBus,
  deleteEventBus,
  describeEventBus,
  listEventBuses,
  updateEventBus,
} from './handlers/buses.ts';
import { putPermission, removePermission } from './handlers/permissions.ts';
import { putEvents } from './handlers/put-events.ts';
import { listRuleNamesByTarget, listRules } from './handlers/rule-lists.ts';
import { deleteRule, describeOneRule, putRule, switchRule } from './handlers/rules.ts';
import { listTagsForResource, tagResource, untagResource } from './handlers/tags.ts';
import { listTargetsByRule, putTargets, removeTargets } from './handlers/targets.ts';
import { testEventPattern } from './handlers/test-pattern.ts';
import { refuseUnbuilt } from './handlers/unbuilt.ts';
import { eventsModel } from './model.ts';
import { eventsLimits } from './quotas.ts';
import { ReplayRunner } from './replay-run.ts';
import type { EventsSettings } from './settings.ts';

export const eventsService =
  (settings: EventsSettings): ServiceFactory =>
  (deps) => {
    const { broker, clock, logger } = deps;
    const replays = new ReplayRunner({ broker, logger, nowMs: () => clock.nowMs() });
    const events = createEvents(deps, settings, (entity) => replays.start(entity));
    replays.resume();
    const handlers: Handlers<typeof eventsModel> = {
      PutEvents: (input, call) => putEvents(events, input, call),
      TestEventPattern: (input, call) => testEventPattern(input, call),
      CreateEventBus: (input, call) => createEventBus(events, input, call),
      DeleteEventBus: (input, call) => deleteEventBus(events, input, call),
      DescribeEventBus: (input, call) => describeEventBus(events, input, call),
      ListEventBuses: (input, call) => listEventBuses(events, input, call),
      UpdateEventBus: (input, call) => updateEventBus(events, input, call),
      PutPermission: (input, call) => putPermission(events, input, call),
      RemovePermission: (input, call) => removePermission(events, input, call),
      TagResource: (input, call) => tagResource(events, input, call),
      UntagResource: (input, call) => untagResource(events, input, call),
      ListTagsForResource: (input, call) => listTagsForResource(events, input, call),
      PutRule: (input, call) => putRule(events, input, call),
      DeleteRule: (input, call) => deleteRule(events, input, call),
      DescribeRule: (input, call) => describeOneRule(events, input, call),
      EnableRule: (input, call) => switchRule(events, input, { call, isEnabled: true }),
      DisableRule: (input, call) => switchRule(events, input, { call, isEnabled: false }),
      ListRules: (input, call) => listRules(events, input, call),
      ListRuleNamesByTarget: (input, call) => listRuleNamesByTarget(events, input, call),
      PutTargets: (input, call) => putTargets(events, input, call),
      RemoveTargets: (input, call) => removeTargets(events, input, call),
      ListTargetsByRule: (input, call) => listTargetsByRule(events, input, call),
      CreateConnection: (input, call) => createConnection(events, input, call),
      UpdateConnection: (input, call) => updateConnection(events, input, call),
      DeleteConnection: (input, call) => deleteConnection(events, input, call),
      DescribeConnection: (input, call) => describeConnection(events, input, call),
      ListConnections: (input, call) => listConnections(events, input, call),
      DeauthorizeConnection: (input, call) => deauthorizeConnection(events, input, call),
      CreateApiDestination: (input, call) => createApiDestination(events, input, call),
      UpdateApiDestination: (input, call) => updateApiDestination(events, input, call),
      DeleteApiDestination: (input, call) => deleteApiDestination(events, input, call),
      DescribeApiDestination: (input, call) => describeApiDestination(events, input, call),
      ListApiDestinations: (input, call) => listApiDestinations(events, input, call),
      CreateArchive: (input, call) => createArchive(events, input, call),
      UpdateArchive: (input, call) => updateArchive(events, input, call),
      DeleteArchive: (input, call) => deleteArchive(events, input, call),
      DescribeArchive: (input, call) => describeArchive(events, input, call),
      ListArchives: (input, call) => listArchives(events, input, call),
      StartReplay: (input, call) => startReplay(events, input, call),
      CancelReplay: (input, call) => cancelReplay(events, input, call),
      DescribeReplay: (input, call) => describeReplay(events, input, call),
      ListReplays: (input, call) => listReplays(events, input, call),
      ActivateEventSource: (_, call) => refuseUnbuilt(call),
      DeactivateEventSource: (_, call) => refuseUnbuilt(call),
      DescribeEventSource: (_, call) => refuseUnbuilt(call),
      ListEventSources: (_, call) => refuseUnbuilt(call),
      CreatePartnerEventSource: (_, call) => refuseUnbuilt(call),
      DeletePartnerEventSource: (_, call) => refuseUnbuilt(call),
      DescribePartnerEventSource: (_, call) => refuseUnbuilt(call),
      ListPartnerEventSources: (_, call) => refuseUnbuilt(call),
      ListPartnerEventSourceAccounts: (_, call) => refuseUnbuilt(call),
      PutPartnerEvents: (_, call) => refuseUnbuilt(call),
      CreateEndpoint: (_, call) => refuseUnbuilt(call),
      DeleteEndpoint: (_, call) => refuseUnbuilt(call),
      DescribeEndpoint: (_, call) => refuseUnbuilt(call),
      ListEndpoints: (_, call) => refuseUnbuilt(call),
      UpdateEndpoint: (_, call) => refuseUnbuilt(call),
    };
    return { service: eventsModel, handlers, errors: eventsErrors, limits: eventsLimits };
  };

export type { EventsSettings, Secrets } from './settings.ts';
