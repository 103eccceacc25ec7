import { staffOnly } from '@backroom/mcp-service'

export { everything, type Viewer, viewerOf } from '@backroom/mcp-service'

/** Refuses customers what is for the retailer's people alone. */
export const requireStaff = staffOnly({ tool: 'list_returns', hint: 'Your own returns.' })
