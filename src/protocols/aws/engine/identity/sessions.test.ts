// Session tokens: they open where they were sealed, also after a restart, and nowhere else.
import { expect, test } from 'vitest';
import { Credentials } from './credentials.ts';
import { Sessions, type Session } from './sessions.ts';

const secret = new Uint8Array(32).fill(1);
const role = { name: 'reader', account: '111111111111' };
const session: Omit<Session, 'accessKeyId'> = {
  expiresAtMs: 5000,
  subject: 'role',
  account: role.account,
  name: role.name,
  sessionName: 's1',
  policies: ['{"Statement":[]}'],
  isLoopbackOnly: false,
};

const credentialsWith = (sessions: Sessions, roles = [role]) =>
  new Credentials({ users: [], roles, sessions, defaultAccount: '000000000000', hasDefaultKey: false });

test('a token outlives the process that sealed it', () => {
  const issued = new Sessions(secret).issue(session);
  const sessions = new Sessions(secret);
  expect(sessions.open(issued.sessionToken)).toEqual({ ...session, accessKeyId: issued.accessKeyId });
  const credential = credentialsWith(sessions).find(issued.accessKeyId, issued.sessionToken);
  expect(credential?.secret).toBe(issued.secretAccessKey);
  expect(credential?.identity).toMatchObject({
    kind: 'role',
    arn: 'arn:aws:sts::111111111111:assumed-role/reader/s1',
    principalArn: 'arn:aws:iam::111111111111:role/reader',
    sessionPolicies: [{ statements: [] }],
  });
  expect(credential?.identity.id).toMatch(/^AROA[A-Z2-7]{17}:s1$/);
});

test('a token does not open after one bit has changed, or elsewhere', () => {
  const sessions = new Sessions(secret);
  const { sessionToken } = sessions.issue(session);
  const bytes = Buffer.from(sessionToken, 'base64');
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 1;
    expect(sessions.open(changed.toString('base64'))).toBeUndefined();
  }
  expect(new Sessions(new Uint8Array(32).fill(2)).open(sessionToken)).toBeUndefined();
  expect(sessions.open('')).toBeUndefined();
});

test('a session ends with its role, and is only its own key', () => {
  const sessions = new Sessions(secret);
  const issued = sessions.issue(session);
  expect(credentialsWith(sessions, []).find(issued.accessKeyId, issued.sessionToken)).toBeUndefined();
  expect(credentialsWith(sessions).find('ASIAOTHER', issued.sessionToken)).toBeUndefined();
});

test('the same seal never happens twice', () => {
  const sessions = new Sessions(secret);
  const [a, b] = [sessions.issue(session), sessions.issue(session)];
  expect(a.accessKeyId).not.toBe(b.accessKeyId);
  expect(a.sessionToken).not.toBe(b.sessionToken);
});

test('a configured policy that cannot be read stops the start', () => {
  const user = { name: 'ann', account: role.account, accessKeys: [], policies: ['{'] };
  const build = () => credentialsWith(new Sessions(secret)).replace([user], []);
  expect(build).toThrow('policy of user ann: not JSON');
});
