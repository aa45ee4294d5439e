// A client on a bare socket: sends exactly the bytes it is given and reads replies by the book. Every wait
// ends after a deadline. Used by the HTTP contract suite; knows nothing of the server under test.
import { connect, type Socket } from 'node:net';

const deadlineMs = 10_000;

export interface RawReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface ConnectOptions {
  readonly port: number;
  readonly localAddress?: string;
}

export class RawClient {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #isEnded = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake?.();
    });
    const end = (): void => {
      this.#isEnded = true;
      this.#wake?.();
    };
    socket.on('end', end);
    socket.on('close', end);
    socket.on('error', end);
  }

  static async connect(options: ConnectOptions): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', noDelay: true, ...options });
    const client = new RawClient(socket);
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      }),
      'a connection',
    );
    return client;
  }

  write(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  /** One byte a packet, as far as the loop and the kernel let them apart. */
  async trickle(text: string): Promise<void> {
    for (const byte of Buffer.from(text, 'latin1')) {
      this.socket.write(Buffer.of(byte));
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }

  /** The next reply; undefined when the connection ends without one. 1xx replies count as replies. */
  async reply(isHead = false): Promise<RawReply | undefined> {
    const headEnd = await this.#find('\r\n\r\n');
    if (headEnd === -1) return undefined;
    const [line = '', ...fields] = this.#take(headEnd + 4)
      .toString('latin1')
      .trimEnd()
      .split('\r\n');
    const headers = new Map(fields.map((field) => splitField(field)));
    const status = Number(line.split(' ')[1]);
    const isBare = isHead || status < 200 || status === 204 || status === 304;
    return { status, headers, body: isBare ? Buffer.alloc(0) : await this.#body(headers) };
  }

  /** Resolves when the server has ended the connection, with what it sent that was not read as a reply. */
  async ended(): Promise<string> {
    while (!this.#isEnded) await this.#more();
    return this.#bytes.toString('latin1');
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  close(): void {
    this.socket.destroy();
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const length = headers.get('content-length');
    if (length !== undefined) return this.#exactly(Number(length));
    if (headers.get('transfer-encoding') === 'chunked') return this.#chunks();
    while (!this.#isEnded) await this.#more();
    return this.#take(this.#bytes.length);
  }

  async #chunks(): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (;;) {
      const lineEnd = await this.#find('\r\n');
      if (lineEnd === -1) throw new Error('a chunked reply broke off');
      const size = Number.parseInt(this.#take(lineEnd + 2).toString('latin1'), 16);
      pieces.push(await this.#exactly(size));
      await this.#exactly(2);
      if (size === 0) return Buffer.concat(pieces);
    }
  }

  async #exactly(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) {
      if (this.#isEnded) throw new Error(`a reply broke off ${length - this.#bytes.length} bytes early`);
      await this.#more();
    }
    return this.#take(length);
  }

  async #find(mark: string): Promise<number> {
    for (;;) {
      const at = this.#bytes.indexOf(mark);
      if (at !== -1 || this.#isEnded) return at;
      await this.#more();
    }
  }

  #take(length: number): Buffer {
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  #more(): Promise<void> {
    return within(
      new Promise<void>((resolve) => {
        this.#wake = resolve;
      }),
      'bytes from the server',
    );
  }
}

function splitField(field: string): [string, string] {
  const colon = field.indexOf(':');
  return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
}

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited too long for ${what}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
