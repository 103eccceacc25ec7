import type { Tool } from '../define.ts'
import type { Runtime } from '../runtime.ts'
import type { Service } from '../service.ts'
import { APPROVAL_VIEW, approvalResources } from './resources.ts'
import { approvalTools } from './tools.ts'

/** The service with the tools and resources by which callers follow what waits for a person, if anything of it ever does. */
export function withApprovals(service: Service, runtime: () => Runtime): Service {
  if (!service.tools.some(({ approval }) => approval)) return service
  const { domain, tools, resources } = service
  return {
    ...service,
    tools: [...tools.map(withView), ...approvalTools(domain, runtime)],
    resources: [...resources, ...approvalResources(domain, runtime)],
  }
}

/** A host that can show views shows what waits for a person. */
function withView(tool: Tool): Tool {
  return tool.approval && !tool.view ? { ...tool, view: APPROVAL_VIEW } : tool
}
