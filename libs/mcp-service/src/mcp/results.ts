import { randomBytes } from 'node:crypto'
import type { Outcome } from '../calls/outcome.ts'
import type { Tool } from '../define.ts'
import type { BusinessErrorBody } from '../errors.ts'

/** An MCP tool result: structured content, its line, and the same as JSON text for hosts that show text alone. */
export interface CallToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  isError?: true
  _meta?: Record<string, unknown>
  [key: string]: unknown
}

/** Renders what a call produced. */
export function callToolResult(tool: Tool, outcome: Outcome): CallToolResult {
  if (!outcome.ok) return errorResult(outcome.error)
  const { structured, text, replayed } = outcome.result
  const json = tool.openWorld ? markedJson(structured) : JSON.stringify(structured)
  return {
    content: [
      { type: 'text', text },
      { type: 'text', text: json },
    ],
    structuredContent: structured,
    ...(replayed ? { _meta: { replayed: true } } : {}),
  }
}

/**
 * {@link callToolResult} with further members, as JSON text. The structure, by far the largest part, is turned into text
 * once where nothing in it must be marked.
 */
export function callToolJson(tool: Tool, outcome: Outcome, members: { _meta?: Record<string, unknown> }): string {
  if (!outcome.ok || outcome.result.replayed || tool.openWorld) {
    const result = callToolResult(tool, outcome)
    const _meta = { ...members._meta, ...result._meta }
    return JSON.stringify({ ...result, ...members, ...(Object.keys(_meta).length > 0 ? { _meta } : {}) })
  }
  const structure = JSON.stringify(outcome.result.structured)
  const content = `[{"type":"text","text":${JSON.stringify(outcome.result.text)}},{"type":"text","text":${JSON.stringify(structure)}}]`
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

/**
 * JSON in which text of third parties stands between marks that it cannot forge: the mark carries a value that is drawn
 * for this result alone.
 */
function markedJson(structured: Record<string, unknown>): string {
  const nonce = randomBytes(6).toString('hex')
  return JSON.stringify(structured, (name, value) =>
    name.endsWith('_untrusted') && typeof value === 'string'
      ? `<untrusted-${nonce}>${value}</untrusted-${nonce}>`
      : value,
  )
}
