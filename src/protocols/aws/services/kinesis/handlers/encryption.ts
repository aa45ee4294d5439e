// StartStreamEncryption and StopStreamEncryption: the key is kept and shown, and records say KMS. Nothing is
// encrypted by it: that is the volume's matter here.
import type { Call } from '../../../engine/service.ts';
import { annotated, annotation } from '../annotations.ts';
import { changeStream } from '../change.ts';
import { invalidArgument } from '../errors.ts';
import type { Kinesis } from '../kinesis.ts';
import type { KinesisInput } from '../model.ts';
import { openActive, type Stream } from '../stream-ref.ts';

type Input = KinesisInput<'StartStreamEncryption'>;

export function startEncryption(kinesis: Kinesis, input: Input, call: Call): Promise<object> {
  return setKey(kinesis, input, call, input.KeyId);
}

export function stopEncryption(kinesis: Kinesis, input: Input, call: Call): Promise<object> {
  return setKey(kinesis, input, call, undefined);
}

async function setKey(
  kinesis: Kinesis,
  input: Input,
  call: Call,
  keyId: string | undefined,
): Promise<object> {
  const find = (): Stream => openActive(kinesis, call, input, `kinesis:${call.operationName}`);
  await changeStream(call, find, ({ name, definition }) => {
    if (input.EncryptionType !== 'KMS') throw invalidArgument('EncryptionType must be KMS.');
    if (definition.annotations[annotation.keyId] === keyId) return undefined;
    return {
      annotations: annotated(definition.annotations, { [annotation.keyId]: keyId }),
      readyAfterMs: kinesis.stateDelayMs(name),
    };
  });
  return {};
}
