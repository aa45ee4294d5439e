// Text of one byte a character, in and out of buffers. These are what Buffer's toString and write end up at;
// finding them by the name of an encoding costs more than the copy when texts are as short as header values.
// Used where requests are read and their signatures checked.

interface Latin1Bytes {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, at: number): number;
}

export function readLatin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Latin1Bytes).latin1Slice(start, end);
}

/** Writes as much of the text as there is room for. */
export function writeLatin1(bytes: Buffer, text: string, at: number): void {
  (bytes as unknown as Latin1Bytes).latin1Write(text, at);
}
