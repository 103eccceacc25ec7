export const DRIVERS_URI = 'logistics://drivers'
export const EXCEPTIONS_URI = 'logistics://exceptions'

export const shipmentUri = (id: string): string => `logistics://shipment/${id}`
export const routeUri = (id: string): string => `logistics://route/${id}`
export const planUri = (id: string): string => `logistics://plan/${id}`
export const planMapUri = (id: string): string => `logistics://plan/${id}/map`
