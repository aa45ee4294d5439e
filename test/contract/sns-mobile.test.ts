// Goal: platform applications, endpoints, text messages and the sandbox behave on the JavaScript SDK as on
// AWS.
import {
  CheckIfPhoneNumberIsOptedOutCommand,
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  CreateSMSSandboxPhoneNumberCommand,
  DeleteEndpointCommand,
  DeletePlatformApplicationCommand,
  DeleteSMSSandboxPhoneNumberCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  ListEndpointsByPlatformApplicationCommand,
  ListOriginationNumbersCommand,
  ListPhoneNumbersOptedOutCommand,
  ListPlatformApplicationsCommand,
  ListSMSSandboxPhoneNumbersCommand,
  OptInPhoneNumberCommand,
  PublishCommand,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
  SetSMSAttributesCommand,
  SubscribeCommand,
  VerifySMSSandboxPhoneNumberCommand,
} from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import { describeSns, refusal } from '../support/sns-suite.ts';
import { account, region, uniqueName } from '../support/sqs-suite.ts';

const invalid = 'InvalidParameterException';
const missing = 'NotFoundException';
const credential = { PlatformCredential: '{"project_id":"p"}' };

describeSns('SNS mobile, JavaScript SDK', (suite) => {
  const send: (typeof suite)['sns']['send'] = ((command: never) => suite.sns.send(command)) as never;
  const createApplication = async (Name = uniqueName('app')): Promise<string> => {
    const command = { Name, Platform: 'GCM', Attributes: credential };
    return (await send(new CreatePlatformApplicationCommand(command))).PlatformApplicationArn!;
  };
  const createEndpoint = async (PlatformApplicationArn: string, Token: string, more = {}): Promise<string> =>
    (await send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token, ...more }))).EndpointArn!;
  const endpoint = async (EndpointArn: string) =>
    (await send(new GetEndpointAttributesCommand({ EndpointArn }))).Attributes;

  describe('applications', () => {
    test('create, show without secrets, change, list, delete', async () => {
      const name = uniqueName('app');
      const arn = await createApplication(name);
      expect(arn).toBe(`arn:aws:sns:${region}:${account}:app/GCM/${name}`);
      expect(await createApplication(name)).toBe(arn);
      const get = new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn });
      expect((await send(get)).Attributes).toEqual({ Enabled: 'true' });
      const Attributes = { EventDeliveryFailure: `arn:aws:sns:${region}:${account}:x` };
      await send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: arn, Attributes }));
      expect((await send(get)).Attributes).toEqual({ Enabled: 'true', ...Attributes });
      const { PlatformApplications: all = [] } = await send(new ListPlatformApplicationsCommand({}));
      expect(all.map(({ PlatformApplicationArn }) => PlatformApplicationArn)).toContain(arn);
      const endpointArn = await createEndpoint(arn, 'token');
      await send(new DeletePlatformApplicationCommand({ PlatformApplicationArn: arn }));
      await send(new DeletePlatformApplicationCommand({ PlatformApplicationArn: arn }));
      await expect(send(get)).rejects.toMatchObject(refusal(missing, 'PlatformApplication does not exist'));
      await expect(endpoint(endpointArn)).rejects.toMatchObject(refusal(missing, 'Endpoint does not exist'));
    });

    const only = "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'";
    test.each([
      ['a', 'Pigeon', credential, 'Platform Reason: Pigeon is not supported'],
      ['a b', 'GCM', credential, `a b Reason: ${only}`],
      ['a', 'GCM', { ...credential, Nonsense: 'x' }, 'Attributes Reason: Invalid attribute name: Nonsense'],
      [
        'a',
        'APNS',
        credential,
        'Attributes Reason: PlatformCredential attribute provided without PlatformPrincipal',
      ],
      [
        'a',
        'APNS',
        { PlatformPrincipal: 'x' },
        'Attributes Reason: PlatformPrincipal attribute provided without PlatformCredential',
      ],
    ])('%s of %s with %j is refused', async (Name, Platform, Attributes, text) => {
      const command = new CreatePlatformApplicationCommand({ Name, Platform, Attributes });
      await expect(send(command)).rejects.toMatchObject(refusal(invalid, `Invalid parameter: ${text}`));
    });
  });

  describe('endpoints', () => {
    test('one per token; other attributes are refused', async () => {
      const application = await createApplication();
      const arn = await createEndpoint(application, 'tok', { CustomUserData: 'me' });
      expect(arn).toMatch(new RegExp(`^${application.replace(':app/', ':endpoint/')}/[0-9a-f-]{36}$`));
      expect(await endpoint(arn)).toEqual({ Enabled: 'true', Token: 'tok', CustomUserData: 'me' });
      expect(await createEndpoint(application, 'tok', { CustomUserData: 'me' })).toBe(arn);
      expect(await createEndpoint(application, 'tok')).toBe(arn);
      await expect(createEndpoint(application, 'tok', { CustomUserData: 'you' })).rejects.toMatchObject(
        refusal(invalid, /already exists/),
      );
      await expect(
        createEndpoint(application, 'x', { CustomUserData: 'x'.repeat(2049) }),
      ).rejects.toMatchObject(refusal(invalid));
      const bad = createEndpoint(application, 'x', { Attributes: { Nonsense: 'x' } });
      await expect(bad).rejects.toMatchObject(
        refusal(invalid, 'Invalid parameter: Attributes Reason: Invalid attribute name: Nonsense'),
      );
      const list = new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn: application });
      expect((await send(list)).Endpoints).toEqual([
        { EndpointArn: arn, Attributes: { Enabled: 'true', Token: 'tok', CustomUserData: 'me' } },
      ]);
    });

    test('a disabled one takes nothing; a deleted one is no target', async () => {
      const arn = await createEndpoint(await createApplication(), 'tok');
      const publish = () => send(new PublishCommand({ TargetArn: arn, Message: 'x' }));
      expect((await publish()).MessageId).toMatch(/^[0-9a-f-]{36}$/);
      const Attributes = { Enabled: 'false' };
      await send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes }));
      await expect(publish()).rejects.toMatchObject(
        refusal('EndpointDisabledException', 'Endpoint is disabled'),
      );
      await send(new DeleteEndpointCommand({ EndpointArn: arn }));
      await send(new DeleteEndpointCommand({ EndpointArn: arn }));
      await expect(publish()).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
        ),
      );
      await expect(endpoint(arn.replace(/\/[^/]+$/, ''))).rejects.toMatchObject(
        refusal(
          invalid,
          'Invalid parameter: EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.',
        ),
      );
    });

    test('a topic can be subscribed to by one', async () => {
      const arn = await createEndpoint(await createApplication(), 'tok');
      const TopicArn = await suite.createTopic();
      const subscribed = await send(
        new SubscribeCommand({ TopicArn, Protocol: 'application', Endpoint: arn }),
      );
      expect(subscribed.SubscriptionArn).toContain(TopicArn);
      const none = arn.replace(/[0-9a-f-]{36}$/, '00000000-0000-4000-8000-000000000000');
      await expect(
        send(new SubscribeCommand({ TopicArn, Protocol: 'application', Endpoint: none })),
      ).rejects.toMatchObject(
        refusal(
          invalid,
          `Invalid parameter: Endpoint Reason: Endpoint does not exist for endpoint arn ${none}`,
        ),
      );
    });
  });

  describe('text messages', () => {
    test('settings', async () => {
      expect((await send(new GetSMSAttributesCommand({}))).attributes).toEqual({ MonthlySpendLimit: '1' });
      const attributes = { DefaultSMSType: 'Transactional', DefaultSenderID: 'ME' };
      await send(new SetSMSAttributesCommand({ attributes }));
      const one = new GetSMSAttributesCommand({ attributes: ['DefaultSenderID'] });
      expect((await send(one)).attributes).toEqual({ DefaultSenderID: 'ME' });
      const bad = (given: Record<string, string>) => send(new SetSMSAttributesCommand({ attributes: given }));
      await expect(bad({ Nonsense: 'x' })).rejects.toMatchObject(
        refusal(invalid, 'Nonsense is not a valid attribute'),
      );
      await expect(bad({ DefaultSMSType: 'x' })).rejects.toMatchObject(
        refusal(invalid, 'DefaultSMSType is invalid'),
      );
    });

    test('numbers', async () => {
      const phoneNumber = '+15550100';
      const sent = await send(new PublishCommand({ PhoneNumber: phoneNumber, Message: 'x' }));
      expect(sent.MessageId).toMatch(/^[0-9a-f-]{36}$/);
      const long = new PublishCommand({ PhoneNumber: phoneNumber, Message: 'x'.repeat(1601) });
      await expect(send(long)).rejects.toMatchObject(refusal(invalid, 'Invalid parameter: Message too long'));
      expect((await send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber }))).isOptedOut).toBe(false);
      await send(new OptInPhoneNumberCommand({ phoneNumber }));
      await expect(send(new OptInPhoneNumberCommand({ phoneNumber: 'x' }))).rejects.toMatchObject(
        refusal(invalid, 'Invalid parameter: PhoneNumber Reason: input incorrectly formatted'),
      );
      expect((await send(new ListPhoneNumbersOptedOutCommand({}))).phoneNumbers).toEqual([]);
      expect((await send(new ListOriginationNumbersCommand({}))).PhoneNumbers).toEqual([]);
    });

    test('the sandbox', async () => {
      const PhoneNumber = '+15550101';
      const list = async () => (await send(new ListSMSSandboxPhoneNumbersCommand({}))).PhoneNumbers;
      const verify = (OneTimePassword: string) =>
        send(new VerifySMSSandboxPhoneNumberCommand({ PhoneNumber, OneTimePassword }));
      expect((await send(new GetSMSSandboxAccountStatusCommand({}))).IsInSandbox).toBe(false);
      await expect(verify('12345')).rejects.toMatchObject(refusal('ResourceNotFoundException'));
      await send(new CreateSMSSandboxPhoneNumberCommand({ PhoneNumber }));
      expect(await list()).toEqual([{ PhoneNumber, Status: 'Pending' }]);
      await expect(verify('abcde')).rejects.toMatchObject(refusal('VerificationException'));
      await verify('123456');
      expect(await list()).toEqual([{ PhoneNumber, Status: 'Verified' }]);
      await send(new DeleteSMSSandboxPhoneNumberCommand({ PhoneNumber }));
      await expect(send(new DeleteSMSSandboxPhoneNumberCommand({ PhoneNumber }))).rejects.toMatchObject(
        refusal('ResourceNotFoundException'),
      );
    });
  });
});
