import { currentTraceId, isTracing } from '@backroom/telemetry'
import { type Logger, type LoggerOptions, pino } from 'pino'

const redacted = ['authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'x-api-key'].map(
  (header) => `headers["${header}"]`,
)

/** How every process logs: JSON lines with its name and the running trace, without secrets. */
export function logOptions(name: string, level: string): LoggerOptions {
  return {
    level,
    base: { service: name },
    redact: [...redacted, ...redacted.map((path) => `req.${path}`)],
    ...(isTracing() ? { mixin: () => ({ trace_id: currentTraceId() }) } : {}),
  }
}

/** The log of a process that has no server yet. */
export function createLogger(name: string, level: string): Logger {
  return pino(logOptions(name, level))
}
