// The part of uWebSockets.js (v20.51) that the uws engine uses, as types: its packages carry none. Names are
// theirs.

export interface UwsRequest {
  getMethod(): string;
  getUrl(): string;
  getQuery(): string | undefined;
  forEach(visit: (name: string, value: string) => void): void;
}

export interface UwsResponse {
  writeStatus(status: string): UwsResponse;
  writeHeader(name: string, value: string): UwsResponse;
  write(chunk: Buffer | string): boolean;
  end(body?: Buffer | string, closeConnection?: boolean): UwsResponse;
  endWithoutBody(): UwsResponse;
  close(): UwsResponse;
  cork(write: () => void): UwsResponse;
  onAborted(listener: () => void): UwsResponse;
  onData(listener: (chunk: ArrayBuffer, isLast: boolean) => void): UwsResponse;
  onWritable(listener: (offset: number) => boolean): UwsResponse;
  getRemoteAddressAsText(): ArrayBuffer;
}

export interface UwsListenSocket {
  readonly isUwsListenSocket: true;
}

export interface UwsApp {
  any(pattern: string, handler: (response: UwsResponse, request: UwsRequest) => void): UwsApp;
  filter(listener: (response: UwsResponse, change: number) => void): UwsApp;
  listen(
    host: string,
    port: number,
    flags: number,
    onListen: (token: UwsListenSocket | false) => void,
  ): UwsApp;
  close(): UwsApp;
}

export interface UwsLibrary {
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  App(): UwsApp;
  us_listen_socket_close(token: UwsListenSocket): void;
  us_socket_local_port(token: UwsListenSocket): number;
}
