/** A fault of an HTTP request itself, or a limit that it met, as Fastify hands it to an error handler. */
export interface HttpError extends Error {
  statusCode?: number
  code?: string
  /** Seconds to wait after too many calls. */
  retryAfter?: number
}
