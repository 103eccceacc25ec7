export const DRIVERS_URI = 'logistics://drivers'
export const EXCEPTIONS_URI = 'logistics://exceptions'
/** The page that shows a plan in hosts with MCP Apps. */
export const PLAN_VIEW_URI = 'ui://logistics/route-plan'

export const shipmentUri = (id: string): string => `logistics://shipment/${id}`
export const routeUri = (id: string): string => `logistics://route/${id}`
export const planUri = (id: string): string => `logistics://plan/${id}`
export const planMapUri = (id: string): string => `logistics://plan/${id}/map`
