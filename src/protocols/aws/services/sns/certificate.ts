// Makes the key and certificate that SNS messages are signed with: an RSA key, and a certificate for
// `sns.amazonaws.com` under a CA of its own, because clients look at that name. Called once, by the
// daemon, for a new data directory; it stores nothing. The CA's key is dropped, so nobody can issue a
// second certificate.
import { createHash, generateKeyPair, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import type { pki } from 'node-forge';

export interface SigningIdentity {
  /** PKCS#8. */
  readonly privateKeyPem: string;
  readonly certificatePem: string;
  /** Whoever verifies chains has to trust it. */
  readonly caCertificatePem: string;
}

export async function createSigningIdentity(nowMs: number): Promise<SigningIdentity> {
  // Loaded here: a daemon that has its key never needs the library.
  const { default: forge } = await import('node-forge');
  const [ca, leaf] = await Promise.all([makeKeyPair(), makeKeyPair()]);
  const caName = [{ name: 'commonName', value: 'Caudal signing CA' }];
  const leafName = [{ name: 'commonName', value: commonName }];
  const caCertificate = forge.pki.createCertificate();
  const leafCertificate = forge.pki.createCertificate();
  caCertificate.publicKey = forge.pki.publicKeyFromPem(ca.publicKey);
  leafCertificate.publicKey = forge.pki.publicKeyFromPem(leaf.publicKey);
  for (const certificate of [caCertificate, leafCertificate]) {
    setTerm(certificate, nowMs);
    certificate.setIssuer(caName);
  }
  caCertificate.setSubject(caName);
  caCertificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  leafCertificate.setSubject(leafName);
  leafCertificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'subjectAltName', altNames: [{ type: dnsName, value: commonName }] },
  ]);
  const caKey = forge.pki.privateKeyFromPem(ca.privateKey);
  caCertificate.sign(caKey, forge.md.sha256.create());
  leafCertificate.sign(caKey, forge.md.sha256.create());
  return {
    privateKeyPem: leaf.privateKey,
    certificatePem: forge.pki.certificateToPem(leafCertificate),
    caCertificatePem: forge.pki.certificateToPem(caCertificate),
  };
}

/** Name that the certificate is served by: another one has another name, so that clients may cache it. */
export function certificateFileName(certificatePem: string): string {
  const digest = createHash('sha256').update(new X509Certificate(certificatePem).raw).digest('hex');
  return `SimpleNotificationService-${digest.slice(0, 32)}.pem`;
}

const commonName = 'sns.amazonaws.com';
const dnsName = 2;
const keyBits = 2048;
const dayMs = 86_400_000;
/** Signed messages are verified within days; the key changes when the data directory does. */
const termMs = 10 * 365 * dayMs;

async function makeKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: keyBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** It holds from a day ago on: clocks of clients may be behind. */
function setTerm(certificate: pki.Certificate, nowMs: number): void {
  // A serial number is positive: its first byte stays below 0x80 and is not 0 (RFC 5280 4.1.2.2).
  certificate.serialNumber = `4d${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(nowMs - dayMs);
  certificate.validity.notAfter = new Date(nowMs + termMs);
}
