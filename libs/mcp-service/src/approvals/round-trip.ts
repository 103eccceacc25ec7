import { createHash } from 'node:crypto'
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { ulid } from 'ulid'
import { z } from 'zod'
import type { ToolCall } from '../calls/call-tool.ts'
import { fingerprint } from '../calls/fingerprint.ts'
import { errorBodyOf, type Outcome, type ToolResult } from '../calls/outcome.ts'
import type { Runtime } from '../runtime.ts'
import { answerOf } from './answer.ts'
import { decide } from './decide.ts'
import { type ApprovalRequest, findRequest } from './request.ts'
import { untilDecided } from './until-decided.ts'

/** What the server signs for a client to bring back with its next round. */
const State = z.object({ approval_id: z.string(), digest: z.string(), asked: z.enum(['url', 'form']), round: z.int() })
type State = z.output<typeof State>

/** Asks the user of a client that can: by the page, or for a courtesy confirmation by a form. */
export interface RoundTrips {
  /** What a waiting call answers such a client; undefined for a client that cannot ask its user. */
  ask(context: ServerContext, call: ToolCall, result: ToolResult): Promise<InputRequiredResult | undefined>
  /** Goes on with a call that was answered so; undefined for a first round. */
  resume(context: ServerContext, call: ToolCall): Promise<Outcome | InputRequiredResult | undefined>
}

const ANSWER = 'approval'
/** A round waits this long for a person; with so many rounds a call lasts two minutes, and the client is told to ask itself. */
const ROUND_MS = 20_000
const MOST_ROUNDS = 6
const STATE_LIFETIME_S = 3_600

const Confirmation = z.object({ confirm: z.enum(['yes', 'no']).describe('yes: do it now. no: do not do it.') })

/** Round trips of one server; replicas accept each other's state, which is signed with a secret that they share. */
export function roundTrips(runtimeOf: () => Runtime, secret: string): RoundTrips {
  const codec = createRequestStateCodec<State>({
    key: createHash('sha256').update(`request state of approvals\n${secret}`).digest(),
    ttlSeconds: STATE_LIFETIME_S,
  })
  const read = async (context: ServerContext): Promise<State | undefined> => {
    const sent = context.mcpReq.requestState<string>()
    return sent === undefined ? undefined : State.parse(await codec.verify(sent, context))
  }

  /** What the user said has its effect; then the answer, or another round while nobody has decided. */
  const goOn = async (call: ToolCall, request: ApprovalRequest, state: State, answer: Answer) => {
    const runtime = runtimeOf()
    const said = saidIn(answer)
    if (request.status === 'pending' && state.asked === 'form' && said) await confirm(runtime, call, request, said)
    else if (request.status === 'pending' && state.asked === 'url' && (isAccepted(answer) || state.round > 1)) {
      const decided = await untilDecided(runtime, request.id, { ms: ROUND_MS, signal: call.signal() })
      if (!decided && state.round < MOST_ROUNDS)
        return inputRequired({ requestState: await codec.mint({ ...state, round: state.round + 1 }) })
    }
    const { replayed: _, ...result } = await answerOf(runtime, request.id)
    return { ok: true as const, result }
  }

  return {
    async ask(context, call, { waitsFor }) {
      const asked = waitsFor && wayToAsk(context, waitsFor.tier)
      if (!waitsFor || !asked) return undefined
      const { id, url, message } = waitsFor
      const question =
        asked === 'url'
          ? inputRequired.elicitUrl({ url, message: `${message}. Open the page to see what would change.` })
          : inputRequired.elicit({ message: `${message}. Do it?`, requestedSchema: Confirmation })
      const state = { approval_id: id, digest: digestOf(call), asked, round: 1 }
      return inputRequired({ inputRequests: { [ANSWER]: question }, requestState: await codec.mint(state) })
    },

    async resume(context, call) {
      const state = await read(context).catch(refuse)
      if (!state) return undefined
      const request = await findRequest(runtimeOf().db, state.approval_id, { of: call.caller.subject })
      if (!request || state.digest !== digestOf(call)) return refuse()
      try {
        return await goOn(call, request, state, inputResponse(context.mcpReq.inputResponses, ANSWER))
      } catch (error) {
        return { ok: false, error: errorBodyOf(error, call.requestId) }
      }
    },
  }
}

type Answer = ReturnType<typeof inputResponse>

/** A form counts as the requester's own confirmation, and for nothing else: the database refuses it above A1. */
async function confirm(
  runtime: Runtime,
  { caller }: ToolCall,
  { id, arguments_digest, subject_version, policy_version }: ApprovalRequest,
  said: 'yes' | 'no',
): Promise<void> {
  await decide(runtime, {
    approvalId: id,
    verdict: said === 'yes' ? 'approve' : 'reject',
    approver: caller.subject,
    methods: ['form'],
    statementId: `form_${ulid()}`,
    seen: { argumentsDigest: arguments_digest, subjectVersion: subject_version, policyVersion: policy_version },
    scopesNow: [...caller.scopes],
  })
}

/** The page where the client can show it; a form may confirm what is the requester's own to confirm. */
function wayToAsk({ mcpReq }: ServerContext, tier: string): State['asked'] | undefined {
  const envelope = mcpReq.envelope as Record<string, unknown> | undefined
  const { elicitation } = (envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities
  if (!elicitation) return undefined
  if (elicitation.url) return 'url'
  return tier === 'A1' ? 'form' : undefined
}

/** What the user said in a form: a form that was declined says no, one that was closed says nothing. */
function saidIn(answer: Answer): 'yes' | 'no' | undefined {
  if (answer.kind !== 'elicit') return undefined
  if (answer.action === 'decline') return 'no'
  return answer.action === 'accept' ? Confirmation.safeParse(answer.content).data?.confirm : undefined
}

function isAccepted(answer: Answer): boolean {
  return answer.kind === 'elicit' && answer.action === 'accept'
}

/** State belongs to one exact call of one person through one client. */
function digestOf({ caller, compiled, args }: ToolCall): string {
  const parsed = compiled.input.safeParse(args ?? {})
  const asked = fingerprint(compiled.tool.name, parsed.success ? parsed.data : {})
  return createHash('sha256')
    .update(JSON.stringify([caller.subject, caller.clientId, asked]))
    .digest('hex')
}

function refuse(): never {
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState', {
    reason: 'invalid_request_state',
  })
}
