export { createHttpServer, type HttpServerOptions } from './create-http-server.ts'
export { createLogger } from './logger.ts'
export { type Listener, serve } from './serve.ts'
