export { shortList } from './approvals/short-list.ts'
export type { BackgroundContext, Stop } from './background.ts'
export { anonymous, type Caller } from './caller.ts'
export { Cursor, decodeCursor, encodeCursor, PageLimit, pageOf } from './cursor.ts'
export {
  APP_MIME_TYPE,
  type ApprovalPolicy,
  type ApprovalSubject,
  type BatchCall,
  type BatchVerdict,
  type CallContext,
  definitionsFor,
  type PolicyDecision,
  type PromptMessage,
  type ServiceCaller,
  type ServiceCallOptions,
  type Started,
  type Tier,
  type UriVariables,
} from './define.ts'
export { BusinessError, type BusinessErrorBody, type ErrorCode, type NextAction } from './errors.ts'
export { type Extend, sdkServerFactory } from './mcp/sdk-server.ts'
export { fullView } from './mcp/view.ts'
export { type ViewPage, viewPage } from './mcp/view-page.ts'
export { listOf, type Page, type PageRequest, paging, Verbosity } from './page.ts'
export {
  prepareService,
  type RouteContext,
  type RunOptions,
  runService,
} from './run-service.ts'
export type { Runtime } from './runtime.ts'
export type { ServerOptions, ServiceServer } from './server.ts'
export { defineService, type Service } from './service.ts'
export { readServiceSettings, type ServiceSettings } from './settings.ts'
export { followHistory, type HistoryEntry } from './subscriptions/follow-history.ts'
export { everything, staffOnly, type Viewer, viewerOf } from './viewer.ts'
