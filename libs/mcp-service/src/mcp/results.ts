import type { Outcome } from '../calls/outcome.ts'
import type { BusinessErrorBody } from '../errors.ts'
import { jsonText } from './untrusted.ts'

/** An MCP tool result: structured content, its line, and the same as JSON text for hosts that show text alone. */
export interface CallToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  isError?: true
  _meta?: Record<string, unknown>
  [key: string]: unknown
}

/** Renders what a call produced. */
export function callToolResult(outcome: Outcome): CallToolResult {
  if (!outcome.ok) return errorResult(outcome.error)
  const { structured, text, replayed } = outcome.result
  return {
    content: [
      { type: 'text', text },
      { type: 'text', text: jsonText(structured) },
    ],
    structuredContent: structured,
    ...(replayed ? { _meta: { replayed: true } } : {}),
  }
}

/**
 * {@link callToolResult} with further members, as JSON text. The structure, by far the largest part, is turned into text
 * once where nothing in it must be marked.
 */
export function callToolJson(outcome: Outcome, members: { _meta?: Record<string, unknown> }): string {
  if (!outcome.ok || outcome.result.replayed) {
    const result = callToolResult(outcome)
    const _meta = { ...members._meta, ...result._meta }
    return JSON.stringify({ ...result, ...members, ...(Object.keys(_meta).length > 0 ? { _meta } : {}) })
  }
  const structure = JSON.stringify(outcome.result.structured)
  const json = JSON.stringify(jsonText(outcome.result.structured, structure))
  const content = `[{"type":"text","text":${JSON.stringify(outcome.result.text)}},{"type":"text","text":${json}}]`
  const rest = JSON.stringify(members).slice(1)
  return `{"content":${content},"structuredContent":${structure}${rest === '}' ? rest : `,${rest}`}`
}

function errorResult(error: BusinessErrorBody): CallToolResult {
  return {
    content: [{ type: 'text', text: `${error.code}: ${error.message}${nextStep(error)}` }],
    structuredContent: { ...error },
    isError: true,
  }
}

function nextStep({ next_actions }: BusinessErrorBody): string {
  const hints = next_actions.flatMap(({ hint }) => (hint ? [hint] : []))
  return hints.length > 0 ? ` Next: ${hints.join(' ')}` : ''
}
