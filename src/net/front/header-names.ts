// Header names in lower case, without making a string per header: the spellings that clients really send
// are looked up, anything else is lower-cased. The table is fixed, so a stranger cannot grow it.

const known = [
  'accept',
  'accept-encoding',
  'accept-language',
  'access-control-request-headers',
  'access-control-request-method',
  'amz-sdk-invocation-id',
  'amz-sdk-request',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-type',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'host',
  'if-match',
  'if-none-match',
  'keep-alive',
  'origin',
  'pragma',
  'range',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'x-amz-acl',
  'x-amz-algorithm',
  'x-amz-api-version',
  'x-amz-client-token',
  'x-amz-content-sha256',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
  'x-amz-target',
  'x-amz-trailer',
  'x-amz-user-agent',
  'x-amzn-errortype',
  'x-amzn-query-mode',
  'x-amzn-requestid',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
];

/** How SDKs write names: `x-amz-date`, `X-Amz-Date`, `X-Amzn-Query-Mode`; a few have marks of their own. */
const spellings = new Map<string, string>();
for (const name of known) {
  spellings.set(name, name);
  spellings.set(
    name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    name,
  );
}
for (const spelling of [
  'X-Amz-Content-SHA256',
  'Content-MD5',
  'TE',
  'X-Amzn-RequestId',
  'x-amzn-RequestId',
]) {
  spellings.set(spelling, spelling.toLowerCase());
}

export function lowerHeaderName(spelling: string): string {
  return spellings.get(spelling) ?? spelling.toLowerCase();
}
