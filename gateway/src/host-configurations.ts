/** A server as hosts name and reach it. */
export interface ServerAddress {
  serverName: string
  url: string
}

/** How to connect one host: steps in words, then text to copy. */
export interface HostConfiguration {
  host: string
  steps: string
  /** Where the text goes: a file name, or `Terminal`. */
  place?: string
  copy?: string
}

/** Ready-to-paste configuration of the hosts that people use most, for exactly these servers. */
export function hostConfigurations(servers: readonly ServerAddress[]): HostConfiguration[] {
  const remote = (entry: (url: string) => object) =>
    Object.fromEntries(servers.map(({ serverName, url }) => [serverName, entry(url)]))
  const json = (value: object) => JSON.stringify(value, null, 2)
  const first = servers[0]?.url ?? ''
  const local = first.startsWith('http:')
  return [
    {
      host: 'Claude',
      steps: local
        ? 'In Claude Code, run these commands, then /mcp to sign in. claude.ai and Claude Desktop add a URL under Settings → Connectors; they reach this server once it has a public https URL.'
        : 'Settings → Connectors → Add custom connector, then paste a URL of the list above. In Claude Code, run these commands, then /mcp to sign in.',
      place: 'Terminal',
      copy: servers.map(({ serverName, url }) => `claude mcp add --transport http ${serverName} ${url}`).join('\n'),
    },
    {
      host: 'VS Code',
      steps: 'Save this file in your workspace and choose Start above a server. The browser opens for you to sign in.',
      place: '.vscode/mcp.json',
      copy: json({ servers: remote((url) => ({ type: 'http', url })) }),
    },
    {
      host: 'Cursor',
      steps: 'Save this file, then open Settings → MCP and choose Connect beside a server.',
      place: '.cursor/mcp.json',
      copy: json({ mcpServers: remote((url) => ({ url })) }),
    },
    {
      host: 'Mistral',
      steps: `In Le Chat: Connectors → Add connector → Custom MCP connector. Paste a URL of the list above; the sign-in is found by itself.${local ? ' Le Chat needs a public https URL.' : ''}`,
      ...(first && { place: 'Connector URL', copy: first }),
    },
    {
      host: 'Inspector',
      steps: 'Starts the MCP Inspector in your browser. Choose Streamable HTTP and paste a URL of the list above.',
      place: 'Terminal',
      copy: 'npx @modelcontextprotocol/inspector',
    },
    {
      host: 'Hosts that only start programs',
      steps: 'mcp-remote runs as a local program, signs you in through the browser and passes everything on.',
      place: 'Host configuration',
      copy: json({
        mcpServers: remote((url) => ({
          command: 'npx',
          args: ['-y', 'mcp-remote', url, '--transport', 'http-only', ...(local ? ['--allow-http'] : [])],
        })),
      }),
    },
  ]
}
