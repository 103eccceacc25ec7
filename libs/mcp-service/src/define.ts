import type { DomainName, ScopeName, Tier } from '@backroom/access'
import type { ContentBlock } from '@modelcontextprotocol/server'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Caller } from './caller.ts'

export type { Tier } from '@backroom/access'

type Awaitable<T> = T | Promise<T>

/** What a call of another domain says beside its arguments. */
export interface ServiceCallOptions {
  /** Idempotency key, for whoever does not know whether the tool is one that takes it among its arguments. */
  key?: string
  /** How long the answer may take, in milliseconds; the callee is told. Default: 20 000. */
  timeoutMs?: number
  /** The process that the call is a step of; it stands in the callee's audit. */
  workflowId?: string
  /** The approval that the process was begun with; it stands in the callee's audit. */
  approvalId?: string
}

/**
 * Calls a tool of another domain and returns its structured content. A write tool takes its `idempotency_key` among the
 * arguments.
 *
 * @throws {BusinessError} the callee's own error, `unavailable` when it cannot be reached, or `policy_denied` when this
 *   server may not make the call
 */
export type ServiceCaller = (
  domain: DomainName,
  tool: string,
  args: Record<string, unknown>,
  options?: ServiceCallOptions,
) => Promise<unknown>

/** What a handler gets besides its arguments. */
export interface CallContext<Schema> {
  /** Read tools: the pool. Write tools: the call's one transaction. */
  db: Kysely<Schema>
  caller: Caller
  /** Fires when the client has gone or the server's time is up. */
  signal: AbortSignal
  /** Id of this request in logs, audit and error messages. */
  requestId: string
  /** Set while an approved call has its effect: its approval, and the subjects of those who agreed. */
  approval?: { id: string; approvers: readonly string[] }
  /** Tells a waiting client how far the call is. Does nothing where the client did not ask for progress. */
  progress(done: number, total?: number, message?: string): void
  /** Names resources that this call changes; subscribers are told after commit. */
  changed(...uris: string[]): void
  /** Calls with this server's own service token. Only outside a transaction: in read tools and in `outcome`. */
  callService: ServiceCaller
  /** The same with a token that acts for the caller of this call, whose own rows alone the callee then shows. */
  callAsCaller: ServiceCaller
  /** Whether a domain is part of this fleet; what only it can do is left out otherwise. */
  isDeployed(domain: DomainName): boolean
}

// biome-ignore lint/suspicious/noExplicitAny: the library runs handlers over the tables of any domain.
export type AnyContext = CallContext<any>

/** What a policy answers for one exact call; `reason` completes "Needs approval because …". */
export interface PolicyDecision {
  tier: Tier
  reason?: string
  /** What the call moves, in minor units, for the person who decides. */
  amount?: { minor: number; currency: string }
  /** What the person who decides should think of, each a sentence. */
  risks?: readonly string[]
}

/**
 * Decides the approval tier of one exact call. Runs in the call's transaction before the effect, and again when the call was
 * approved: what it answers then must be the same.
 */
export type ApprovalPolicy<Args, Schema> = (args: Args, context: CallContext<Schema>) => Awaitable<PolicyDecision>

/** The object that a call changes, as a person who decides about the call sees it. */
export interface ApprovalSubject {
  /** Its name for people: `PO-2026-000123`, `CAT-1004 at WH-2`. */
  name: string
  /** Differs whenever the object differs in anything that the person's yes depends on; `new` for what is only created. */
  version: string | number
  /** What the call may change, each value under its label; null where there is none. */
  state?: Readonly<Record<string, string | number | null>>
}

/**
 * What happens when a write is repeated without an idempotency key.
 * natural: a draft handle or natural key in the arguments makes the repeat harmless (the domain guarantees it).
 * additive: it happens again, by contract.
 * suspicious: the same call by the same caller within 60 s answers `conflict` unless `force_new` is true.
 * key_required: refused; the caller must send a key.
 */
export type RepeatRule = 'natural' | 'additive' | 'suspicious' | 'key_required'

interface ToolBase<Input extends z.ZodObject, Output extends z.ZodType, Schema> {
  name: string
  title?: string
  /** For the agent: what it does, when to use it, what the handle it returns is good for and how long. */
  description: string
  /** The scope it needs; `public` needs a valid token at `/mcp` and nothing at the public endpoints. */
  scope: ScopeName | 'public'
  /** Another scope that is enough by itself. */
  orScope?: ScopeName
  /** Offered to registered service clients alone, whatever scope another caller carries. */
  serviceOnly?: boolean
  /** read: changes nothing. write: adds or changes. destructive: takes something away. */
  effect: 'read' | 'write' | 'destructive'
  /** Hint to hosts: repeating it with the same arguments changes nothing more. Default: true for reads. */
  idempotent?: boolean
  /** Hint to hosts: it reaches a third party or returns third-party text. Default: false. */
  openWorld?: boolean
  input: Input
  output: Output
  /** URI of the {@link APP_MIME_TYPE} resource in which hosts with MCP Apps show results; others show the text. */
  view?: `ui://${string}`
  /** One short line for a reader that shows no structured content. */
  text(result: z.output<Output>, args: z.output<Input>): string
  /** Policy rows of the domain; without one the call is A0. Not for `handleBatch`. */
  approval?: ApprovalPolicy<z.output<Input>, Schema>
  /**
   * With `approval`: the object that the call changes. It is read before and after a dry run, whose difference is shown, and
   * again before the approved call has its effect: an approval of another version is void. A tool that only creates names
   * what it would create.
   */
  subject?(args: z.output<Input>, context: CallContext<Schema>): Awaitable<ApprovalSubject | undefined>
  /** Write tools only. Default: key_required. */
  repeat?: RepeatRule
}

/** One call of a batch: its arguments and who made it. */
export interface BatchCall<Args> {
  args: Args
  caller: Caller
}

/** Verdict of a batch for one call, in the order of the calls. */
export type BatchVerdict<Result> = { result: Result } | { error: Error }

interface Handled<Input extends z.ZodObject, Output extends z.ZodType, Schema> extends ToolBase<Input, Output, Schema> {
  /** Effect, idempotency row and audit row commit together. Throw a BusinessError to refuse. */
  handle(args: z.output<Input>, context: CallContext<Schema>): Awaitable<z.input<Output>>
}

interface Batched<Input extends z.ZodObject, Output extends z.ZodType, Schema> extends ToolBase<Input, Output, Schema> {
  /** Concurrent calls of one process share a transaction: one set-based statement, one verdict a call. */
  handleBatch(
    calls: BatchCall<z.output<Input>>[],
    context: Omit<CallContext<Schema>, 'caller' | 'progress' | 'callAsCaller'>,
  ): Awaitable<BatchVerdict<z.input<Output>>[]>
}

/** What `start` recorded: the id of the process and a promise of its outcome, awaited outside any transaction. */
export interface Started {
  /** Stable id of the process; a retry of the call joins it. */
  workflowId: string
  /** Id that one of the domain's read tools takes, given to the caller when the deadline passes first. */
  handle: string
}

interface StartedTool<Input extends z.ZodObject, Output extends z.ZodType, Schema>
  extends ToolBase<Input, Output, Schema> {
  /** Records the intent in one transaction, which commits before the process runs. */
  start(args: z.output<Input>, context: CallContext<Schema>): Awaitable<Started>
  /** Waits for the outcome of the process; runs outside any transaction and may be called again for a retry. */
  outcome(
    workflowId: string,
    context: Omit<CallContext<Schema>, 'changed'>,
    args: z.output<Input>,
  ): Promise<z.input<Output>>
  /** How long a call waits for the outcome before it answers `in_progress`. Default: 25 s. */
  deadlineMs?: number
}

export type ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType, Schema> =
  | Handled<Input, Output, Schema>
  | Batched<Input, Output, Schema>
  | StartedTool<Input, Output, Schema>

/** A tool of any input and output, as the server keeps it. */
// biome-ignore lint/suspicious/noExplicitAny: a registry holds tools of every shape; defineTool has checked each one.
export type Tool = ToolDefinition<any, any, any>

/** Values of a URI template's variables; query variables may be absent. */
export type UriVariables = Record<string, string | undefined>

/** MIME type of a page that hosts with MCP Apps show in a frame (its URI begins with `ui://`). */
export const APP_MIME_TYPE = 'text/html;profile=mcp-app'

export interface ResourceDefinition<Schema> {
  name: string
  title?: string
  description: string
  /** A fixed URI, or an RFC 6570 template with `{name}` and a trailing `{?a,b}`. */
  uri: string
  mimeType?: string
  scope: ScopeName | 'public'
  /** Clients may subscribe to it; tools name its URI in `changed`. */
  subscribable?: boolean
  /** One URI that means something else for each caller, such as the own cart: changes reach only the same subject. */
  perCaller?: boolean
  /** JSON value, or text for a text MIME type. Throw a BusinessError `not_found` for an unknown object. */
  read(variables: UriVariables, context: CallContext<Schema>): Awaitable<unknown>
  /** Per template variable: values that start with what was typed, best first. */
  complete?: Record<string, (typed: string, context: CallContext<Schema>) => Awaitable<string[]>>
}

// biome-ignore lint/suspicious/noExplicitAny: as for Tool.
export type Resource = ResourceDefinition<any>

export interface PromptDefinition<Arguments extends z.ZodObject, Schema> {
  name: string
  title?: string
  description: string
  scope?: ScopeName
  /** String-valued arguments; defaults and descriptions are published. */
  arguments: Arguments
  /** The text of one user message, or several parts. */
  messages(args: z.output<Arguments>, context: CallContext<Schema>): Awaitable<string | PromptMessage[]>
  complete?: Record<string, (typed: string, context: CallContext<Schema>) => Awaitable<string[]>>
}

/** One message of a prompt: text, a resource of this server (embedded by its URI, read for the caller), or any content. */
export type PromptMessage =
  | { role: 'user' | 'assistant'; text: string }
  | { role: 'user'; resource: string }
  | { role: 'user' | 'assistant'; content: ContentBlock }

// biome-ignore lint/suspicious/noExplicitAny: as for Tool.
export type Prompt = PromptDefinition<any, any>

/**
 * The three ways to declare what a server offers, bound to the domain's tables.
 *
 *     export const { defineTool, defineResource, definePrompt } = definitionsFor<Tables>()
 */
export function definitionsFor<Schema>() {
  return {
    defineTool: <Input extends z.ZodObject, Output extends z.ZodType>(tool: ToolDefinition<Input, Output, Schema>) =>
      tool,
    defineResource: (resource: ResourceDefinition<Schema>) => resource,
    definePrompt: <Arguments extends z.ZodObject>(prompt: PromptDefinition<Arguments, Schema>) => prompt,
  }
}
