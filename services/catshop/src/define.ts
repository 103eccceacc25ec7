import { definitionsFor } from '@backroom/mcp-service'
import type { Tables } from './database-tables.ts'

export const { defineTool, defineResource, definePrompt } = definitionsFor<Tables>()
