// A stored message as the admin API shows it: text where it is text, base64 where it is not, a preview of
// large bodies unless the whole one is asked for.
import { limits } from '../../base/limits.ts';
import type { MessageAttribute, PeekedMessage } from '../../broker/index.ts';

export function messageView(peeked: PeekedMessage, isFull: boolean) {
  const { message } = peeked;
  return {
    sequence: peeked.sequence,
    state: peeked.state,
    receiveCount: peeked.receiveCount,
    id: message.id,
    sentAtMs: message.sentAtMs,
    sender: message.sender,
    ...(message.group === undefined ? {} : { group: message.group }),
    ...(message.dedupId === undefined ? {} : { dedupId: message.dedupId }),
    ...(message.trace === undefined ? {} : { trace: message.trace }),
    ...(message.origin === undefined ? {} : { origin: `${message.origin.namespace}/${message.origin.name}` }),
    attributes: message.attributes.map(attributeView),
    bodyBytes: message.bodyBytes,
    ...bodyView(message.body(), isFull),
  };
}

function attributeView({ name, type, value }: MessageAttribute) {
  if (typeof value === 'string') return { name, type, value };
  return { name, type, value: Buffer.from(value).toString('base64'), encoding: 'base64' };
}

interface BodyView {
  readonly body: string;
  readonly encoding?: 'base64';
  readonly isPreview?: true;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function bodyView(body: Buffer, isFull: boolean): BodyView {
  const isPreview = !isFull && body.length > limits.adminPreviewBytes;
  const shown = isPreview ? body.subarray(0, wholeCharacters(body, limits.adminPreviewBytes)) : body;
  const rest = isPreview ? ({ isPreview: true } as const) : {};
  try {
    return { body: strictUtf8.decode(shown), ...rest };
  } catch {
    return { body: shown.toString('base64'), encoding: 'base64', ...rest };
  }
}

// Steps back over the continuation bytes of a character that the limit would cut in two.
function wholeCharacters(body: Buffer, bytesMax: number): number {
  let end = bytesMax;
  while (end > bytesMax - 4 && ((body[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
