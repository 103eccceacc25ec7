export { anonymous, type Caller } from './caller.ts'
export {
  type ApprovalPolicy,
  type BatchCall,
  type BatchVerdict,
  type CallContext,
  definitionsFor,
  type PolicyDecision,
  type PromptMessage,
  type Started,
  type Tier,
} from './define.ts'
export { BusinessError, type BusinessErrorBody, type ErrorCode, type NextAction } from './errors.ts'
export { defineService, type Service } from './service.ts'
