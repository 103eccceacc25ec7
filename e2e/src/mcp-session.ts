import type { Visit } from './sign-in.ts'

/** A signed-in connection to one server, whatever client made it. */
export interface McpSession {
  toolNames(): Promise<string[]>
  /** Calls a tool; a refusal by the tool is a result, any other failure rejects. */
  call(tool: string, args?: Record<string, unknown>): Promise<ToolResult>
  /** The text of a resource. */
  read(uri: string): Promise<string>
  close(): Promise<void>
}

/** The result of a tool as every client shows it. */
export interface ToolResult {
  isError: boolean
  /** The first line of text. */
  text: string
  structured: Record<string, unknown>
}

/** Connects to a server that the client has never seen: discovery, registration, a visit to the browser, tokens. */
export type Connect = (url: string, visit: Visit) => Promise<McpSession>

/** Reads a `tools/call` result of any client. */
export function toolResult(result: unknown): ToolResult {
  const { content, structuredContent, isError } = result as {
    content?: { type: string; text?: string }[]
    structuredContent?: Record<string, unknown>
    isError?: boolean
  }
  return { isError: isError ?? false, text: content?.[0]?.text ?? '', structured: structuredContent ?? {} }
}

/** Reads a `resources/read` result of any client. */
export function resourceText(result: unknown): string {
  const [first] = (result as { contents: { text?: string }[] }).contents
  return first?.text ?? ''
}
