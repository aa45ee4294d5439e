// Runs the HTTP contract over every engine that loads here, and says what each is allowed to do otherwise.
import { httpContract } from './http.contract.ts';

httpContract('front', { skipped: {}, otherStatus: {} });

httpContract('node', {
  skipped: {
    'a refusal reaches a client that is still sending': 'node:http closes at once, which may reset the reply',
    'replies that wait for their turn count as running': 'node:http has no limit of that kind',
    'a client that does not read is not read from': 'node:http runs all requests of one read (64 KiB)',
  },
  otherStatus: {},
});

const noTarget = 'uWS takes what is not ` /path HTTP/1.1` for an unknown version';
const looseChunks = 'uWS 20.51 reads chunk lines loosely';
const noExtras = 'uWS 20.51 knows neither chunk extensions nor trailers and ends the connection';
const noPipeline = 'uWS ends a connection that sends a request while another one runs';
const ownClock = 'uWS has fixed timeouts of about ten seconds';
const onlyNew = 'uWS speaks HTTP/1.1 alone';

httpContract('uws', {
  skipped: {
    'no version': 'uWS closes without a word',
    'a bare CR in a header': 'uWS waits for the LF until its timeout',
    'a header without a name': 'uWS drops it, and what follows it',
    'DEL in a header': 'uWS lets it through',
    'an empty chunk size': looseChunks,
    'a chunk that is longer than its size': looseChunks,
    'a chunk size that ends in LF alone': looseChunks,
    'a chunk whose data ends in a bare CR': looseChunks,
    'a length among the trailers': noExtras,
    'chunk extensions': noExtras,
    trailers: noExtras,
    'chunks that come byte by byte': 'uWS loses them',
    'absolute form': noTarget,
    'absolute form without a path': noTarget,
    'absolute form with a query alone': noTarget,
    'OPTIONS *': noTarget,
    'an empty line before the request': 'uWS waits for a request line that it recognises',
    'bytes above 127 in a value': 'uWS decodes values as UTF-8 and drops what is none',
    'pipelined requests are answered in order, whatever order they finish in': noPipeline,
    'a hundred pipelined requests': noPipeline,
    'replies that wait for their turn count as running': noPipeline,
    'a client that does not read is not read from': noPipeline,
    'Connection: close ends after the reply, and what follows is not served':
      'uWS serves what came in the same read',
    'a header that never ends is refused at the limit': 'uWS has one limit for the whole process',
    'HTTP/1.0 is served and ended, without a Host': onlyNew,
    'a stream on HTTP/1.0 has no chunks and ends with the connection': onlyNew,
    'a body that is announced too large is refused before it is sent': 'uWS says 100 Continue by itself',
    'a refusal reaches a client that is still sending': 'uWS closes at once, which may reset the reply',
    'an idle connection is ended, with nothing said': ownClock,
    'headers that come too slowly are refused': ownClock,
    'a body that comes too slowly is refused': ownClock,
    'a client that never reads its reply is cut off': ownClock,
    'ends idle connections at once': 'uWS can only end all connections together, when the last reply is out',
  },
  otherStatus: {
    'lines that end in LF alone': 505,
    'a target that is no path': 505,
    CONNECT: 505,
    'a misspelt version': 505,
    'a TLS hello': 505,
  },
});
