import { staffOnly, type Viewer } from '@backroom/mcp-service'

export { everything, type Viewer, viewerOf } from '@backroom/mcp-service'

/** A filter that finds nothing but what the viewer may see; one that names another customer finds nothing. */
export function narrowed<Filter extends { customer?: string | undefined }>(
  filter: Filter,
  { customerId }: Viewer,
): Filter & { own?: string } {
  return customerId === undefined ? filter : { ...filter, own: customerId }
}

/** Refuses customers what is for the retailer's people alone. */
export const requireStaff = staffOnly({ tool: 'search_orders', hint: 'Your own orders.' })
