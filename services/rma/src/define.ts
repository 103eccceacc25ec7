import { definitionsFor } from '@backroom/mcp-service'
import type { Tables } from './database-tables.ts'

/** The ways to declare a tool, a resource or a prompt of this server. */
export const { defineTool, defineResource, definePrompt } = definitionsFor<Tables>()
