// The public face of net: listeners and the shapes that requests and replies have.
export type {
  HttpEngine,
  HttpHeaders,
  HttpLimits,
  HttpListener,
  HttpListenOptions,
  HttpReply,
  HttpRequest,
  HttpStream,
  ReplyHeaders,
  RequestHandler,
  TlsFiles,
} from './http.ts';
export { listenHttp } from './listen.ts';
