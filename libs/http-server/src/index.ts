export { createHttpServer, type HttpServerOptions } from './create-http-server.ts'
export { type Listener, serve } from './serve.ts'
