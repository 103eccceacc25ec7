import type { FastifyBaseLogger } from 'fastify'
import type { ServiceClient } from './access/service-client.ts'
import type { AnyDatabase } from './any-database.ts'
import type { RoundTrips } from './approvals/round-trip.ts'
import type { Caller, CallerProof } from './caller.ts'
import type { RefusalLog } from './calls/audit.ts'
import type { BatchQueues } from './calls/batch.ts'
import type { AnyContext } from './define.ts'
import type { Service } from './service.ts'
import type { ChangeFeed } from './subscriptions/change-feed.ts'
import type { ToolTable } from './tool-table.ts'

/** What every front of one running service shares. */
export interface Runtime {
  service: Service
  tools: ToolTable
  /** Origin under which people and clients reach the fleet. */
  publicUrl: string
  db: AnyDatabase
  log: FastifyBaseLogger
  refusals: RefusalLog
  changes: ChangeFeed
  batches: BatchQueues
  services: ServiceClient
  roundTrips: RoundTrips
}

/** One request to the service, whatever front it came through. */
export interface Request {
  caller: Caller
  requestId: string
  traceId: string | undefined
  /** Fires when the client has gone; made when somebody asks for it, which few calls do. */
  signal(): AbortSignal
  progress(done: number, total?: number, message?: string): void
  /** What the caller proved itself by; a function, so that no log line can print it. */
  proof(): CallerProof | undefined
}

/** The context of a handler that reads, outside any transaction. */
export function readContext(runtime: Runtime, request: Request): AnyContext {
  return {
    db: runtime.db,
    caller: request.caller,
    get signal() {
      return request.signal()
    },
    requestId: request.requestId,
    progress: request.progress,
    changed: () => undefined,
    callService: runtime.services.asItself,
    callAsCaller: runtime.services.onBehalfOf(request.proof),
    isDeployed: runtime.services.isDeployed,
  }
}
