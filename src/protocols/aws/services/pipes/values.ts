// Bounds that the rows of Pipes share. The model writes its patterns without anchors, and so does the service
// in its messages.
import { whole } from '../../engine/shapes.ts';

const region = String.raw`[a-z]{2,4}((-gov)|(-de)|(-iso([a-z]?)))?-[a-z]+(-\d{1})?`;
const anyArn = String.raw`arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-]+):(${region})?:(\d{12})?:(.+)`;
const host = String.raw`(([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]*[a-zA-Z0-9])\.)*`;
const lastLabel = String.raw`([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9\-]*[A-Za-z0-9])`;
const secret = String.raw`^arn:aws([a-z]|\-)*:secretsmanager:(${region}):(\d{12}):secret:.+`;
export const path = String.raw`(\$(\.[\w/_-]+(\[(\d+|\*)\])*)*)`;

const arnBounds = { min: 1, max: 1600 } as const;
export const arn = { ...arnBounds, pattern: whole(anyArn) } as const;
export const arnOrPath = { ...arnBounds, pattern: whole(`${anyArn}|${path}`) } as const;
export const optionalArn = { min: 0, max: 1600, pattern: whole(`$|${anyArn}`) } as const;
export const arnOrUrl = {
  ...arnBounds,
  pattern: whole(`smk://${host}${lastLabel}:[0-9]{1,5}|${anyArn}`),
} as const;
export const pipeArn = {
  ...arnBounds,
  pattern: whole(String.raw`arn:aws([a-z]|\-)*:([a-zA-Z0-9\-]+):([a-z]|\d|\-)*:([0-9]{12})?:(.+)`),
} as const;
export const roleArn = {
  ...arnBounds,
  pattern: whole(String.raw`arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z0-9+=,.@\-_/]+`),
} as const;
export const secretArn = { ...arnBounds, pattern: whole(`(${secret})`) } as const;
export const secretArnOrPath = { ...arnBounds, pattern: whole(`(${secret})|${path}`) } as const;
export const firehoseArn = {
  ...arnBounds,
  pattern: whole(
    String.raw`(^arn:aws([a-z]|\-)*:firehose:(${region}):(\d{12}):deliverystream/[a-zA-Z0-9_.-]{1,64})`,
  ),
} as const;
export const logGroupArn = {
  ...arnBounds,
  pattern: whole(
    String.raw`(^arn:aws([a-z]|\-)*:logs:(${region}):(\d{12}):log-group:[\.\-_/#A-Za-z0-9]{1,512}(:\*)?)`,
  ),
} as const;
export const endpoint = { min: 1, max: 300, pattern: whole(`${host}${lastLabel}:[0-9]{1,5}`) } as const;
export const uri = { min: 1, max: 200, pattern: whole(String.raw`[a-zA-Z0-9-\/*:_+=.@-]*`) } as const;
export const kafkaTopic = { min: 1, max: 249, pattern: /^[^.]([a-zA-Z0-9\-_.]+)$/ } as const;
export const jsonPath = {
  min: 1,
  max: 256,
  pattern: whole(String.raw`\$(\.[\w/_-]+(\[(\d+|\*)\])*)*`),
} as const;
