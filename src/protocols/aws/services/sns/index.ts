// The SNS service: its rows, one handler per action, its words for errors, and how readers of queues see what
// topics sent there. The daemon passes it to the AWS protocol; what is pushed outwards is delivery.ts's.
import type { Handlers, ServiceFactory, ServiceModule } from '../../engine/service.ts';
import { notificationRendering } from './endpoints.ts';
import { snsErrors } from './errors.ts';
import {
  createApplication,
  deleteApplication,
  getApplicationAttributes,
  listApplications,
  setApplicationAttributes,
} from './handlers/applications.ts';
import { confirmSubscription, unsubscribe } from './handlers/confirm.ts';
import { getDataProtectionPolicy, putDataProtectionPolicy } from './handlers/data-protection.ts';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpointAttributes,
  listEndpoints,
  setEndpointAttributes,
} from './handlers/endpoints.ts';
import { addPermission, removePermission } from './handlers/permissions.ts';
import { publishBatch } from './handlers/publish-batch.ts';
import { publish } from './handlers/publish.ts';
import {
  createSandboxNumber,
  deleteSandboxNumber,
  getSandboxStatus,
  listSandboxNumbers,
  verifySandboxNumber,
} from './handlers/sandbox.ts';
import {
  checkOptedOut,
  getSmsAttributes,
  listOptedOut,
  listOriginationNumbers,
  optIn,
  setSmsAttributes,
} from './handlers/sms.ts';
import { subscribe } from './handlers/subscribe.ts';
import {
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
} from './handlers/subscriptions.ts';
import { listTagsForResource, tagResource, untagResource } from './handlers/tags.ts';
import { getTopicAttributes, setTopicAttributes } from './handlers/topic-attributes.ts';
import { createTopic, deleteTopic, listTopics } from './handlers/topics.ts';
import { snsModel } from './model.ts';
import { snsLimits } from './quotas.ts';
import { NotificationRenderer } from './renderer.ts';
import type { SnsSigner } from './signature.ts';
import { createSns, type Sns } from './sns.ts';

/** What the daemon gives: without a signer nothing is signed. */
export interface SnsSettings {
  readonly signer?: SnsSigner | undefined;
  /** Where links in messages lead when a subscription does not know better; default: this machine. */
  readonly baseUrl?: string | undefined;
}

export const snsService =
  ({ signer, baseUrl = 'http://localhost' }: SnsSettings): ServiceFactory =>
  (deps) => {
    const { broker } = deps;
    // The daemon brings a renderer that signs; without one copies are readable all the same.
    if (!broker.renderers.has(notificationRendering)) {
      broker.renderers.set(notificationRendering, new NotificationRenderer({ broker, signer, baseUrl }));
    }
    return createModule(createSns(deps));
  };

function createModule(sns: Sns): ServiceModule {
  const handlers: Handlers<typeof snsModel> = {
    ...topicHandlers(sns),
    ...subscriptionHandlers(sns),
    ...pushHandlers(sns),
    ...smsHandlers(sns),
    Publish: (input, call) => publish(sns, input, call),
    PublishBatch: (input, call) => publishBatch(sns, input, call),
  };
  return { service: snsModel, handlers, errors: snsErrors, limits: snsLimits };
}

type SnsHandlers = Handlers<typeof snsModel>;

function topicHandlers(sns: Sns) {
  return {
    CreateTopic: (input, call) => createTopic(sns, input, call),
    DeleteTopic: (input, call) => deleteTopic(sns, input, call),
    ListTopics: (input, call) => listTopics(sns, input, call),
    GetTopicAttributes: (input, call) => getTopicAttributes(sns, input, call),
    SetTopicAttributes: (input, call) => setTopicAttributes(sns, input, call),
    AddPermission: (input, call) => addPermission(sns, input, call),
    RemovePermission: (input, call) => removePermission(sns, input, call),
    GetDataProtectionPolicy: (input, call) => getDataProtectionPolicy(sns, input, call),
    PutDataProtectionPolicy: (input, call) => putDataProtectionPolicy(sns, input, call),
    TagResource: (input, call) => tagResource(sns, input, call),
    UntagResource: (input, call) => untagResource(sns, input, call),
    ListTagsForResource: (input, call) => listTagsForResource(sns, input, call),
  } satisfies Partial<SnsHandlers>;
}

function subscriptionHandlers(sns: Sns) {
  return {
    Subscribe: (input, call) => subscribe(sns, input, call),
    ConfirmSubscription: (input, call) => confirmSubscription(sns, input, call),
    Unsubscribe: (input, call) => unsubscribe(sns, input, call),
    ListSubscriptions: (input, call) => listSubscriptions(sns, input, call),
    ListSubscriptionsByTopic: (input, call) => listSubscriptionsByTopic(sns, input, call),
    GetSubscriptionAttributes: (input, call) => getSubscriptionAttributes(sns, input, call),
    SetSubscriptionAttributes: (input, call) => setSubscriptionAttributes(sns, input, call),
  } satisfies Partial<SnsHandlers>;
}

function pushHandlers(sns: Sns) {
  return {
    CreatePlatformApplication: (input, call) => createApplication(sns, input, call),
    GetPlatformApplicationAttributes: (input, call) => getApplicationAttributes(sns, input, call),
    SetPlatformApplicationAttributes: (input, call) => setApplicationAttributes(sns, input, call),
    ListPlatformApplications: (input, call) => listApplications(sns, input, call),
    DeletePlatformApplication: (input, call) => deleteApplication(sns, input, call),
    CreatePlatformEndpoint: (input, call) => createEndpoint(sns, input, call),
    GetEndpointAttributes: (input, call) => getEndpointAttributes(sns, input, call),
    SetEndpointAttributes: (input, call) => setEndpointAttributes(sns, input, call),
    ListEndpointsByPlatformApplication: (input, call) => listEndpoints(sns, input, call),
    DeleteEndpoint: (input, call) => deleteEndpoint(sns, input, call),
  } satisfies Partial<SnsHandlers>;
}

function smsHandlers(sns: Sns) {
  return {
    SetSMSAttributes: (input, call) => setSmsAttributes(sns, input, call),
    GetSMSAttributes: (input, call) => getSmsAttributes(sns, input, call),
    CheckIfPhoneNumberIsOptedOut: (input, call) => checkOptedOut(sns, input, call),
    OptInPhoneNumber: (input, call) => optIn(sns, input, call),
    ListPhoneNumbersOptedOut: (input, call) => listOptedOut(sns, input, call),
    ListOriginationNumbers: (_, call) => listOriginationNumbers(call),
    GetSMSSandboxAccountStatus: (_, call) => getSandboxStatus(call),
    CreateSMSSandboxPhoneNumber: (input, call) => createSandboxNumber(sns, input, call),
    VerifySMSSandboxPhoneNumber: (input, call) => verifySandboxNumber(sns, input, call),
    DeleteSMSSandboxPhoneNumber: (input, call) => deleteSandboxNumber(sns, input, call),
    ListSMSSandboxPhoneNumbers: (input, call) => listSandboxNumbers(sns, input, call),
  } satisfies Partial<SnsHandlers>;
}
