import type { DomainName } from '@backroom/access'
import type { CallToolResult, Client } from '@modelcontextprotocol/client'

/** One thing to do at a server; returns what a person wants to know of it, throws when it does not work. */
export interface Step {
  title: string
  run(client: Client): Promise<string>
}

type Structured = Record<string, unknown>

/** What is done at each domain after listing its tools: read its main resource, then a short flow. */
export function flowOf(domain: DomainName): Step[] {
  return flows[domain] ?? []
}

const flows: Partial<Record<DomainName, Step[]>> = {
  wms: [
    readResource('inventory://warehouse/WH-2/stock'),
    {
      title: 'list_low_stock, then get_stock of what it found',
      async run(client) {
        const low = listOf(await call(client, 'list_low_stock', { warehouse: 'WH-2' }), 'items')
        const skus = low.slice(0, 3).map(({ sku }) => String(sku))
        if (skus.length === 0) return 'nothing is low at WH-2'
        const found = listOf(await call(client, 'get_stock', { skus }), 'items')
        if (found.length !== skus.length) throw new Error(`asked for ${skus.length} SKUs, got ${found.length}`)
        return found.map(({ sku, available }) => `${sku}: ${available} available`).join(', ')
      },
    },
  ],
  catshop: [
    readResource('catshop://catalog'),
    {
      title: 'search_products, add_to_cart, view_cart, remove_from_cart',
      async run(client) {
        const found = listOf(await call(client, 'search_products', { query: 'cat', limit: 10 }), 'products')
        if (found.length === 0) throw new Error('no product was found for "cat"')
        const isInCart = async ({ product_id }: Structured) =>
          JSON.stringify(await call(client, 'view_cart', {})).includes(JSON.stringify(product_id))
        // A line that the person already has in the cart must not be touched.
        const product = await firstWhere(found, async (candidate) => !(await isInCart(candidate)))
        if (!product) return 'every cat product is in the cart already'
        const { product_id, name } = product
        await call(client, 'add_to_cart', { product_id, quantity: 1 })
        if (!(await isInCart(product))) throw new Error(`${name} is not in the cart after add_to_cart`)
        await call(client, 'remove_from_cart', { product_id })
        if (await isInCart(product)) throw new Error(`${name} is still in the cart after remove_from_cart`)
        return `${name} went into the cart and out again`
      },
    },
  ],
}

function readResource(uri: string): Step {
  return {
    title: `read ${uri}`,
    async run(client) {
      const { contents } = await client.readResource({ uri })
      const [content] = contents
      if (!content || !('text' in content)) throw new Error('the resource holds no text')
      return `${content.mimeType ?? 'text'}, ${content.text.length} characters: ${oneLine(content.text)}`
    },
  }
}

async function call(client: Client, name: string, args: Structured): Promise<Structured> {
  const result: CallToolResult = await client.callTool({ name, arguments: args })
  if (result.isError) throw new Error(`${name}: ${textOf(result)}`)
  if (!result.structuredContent) throw new Error(`${name} returned no structured content`)
  return result.structuredContent as Structured
}

function listOf(result: Structured, key: string): Structured[] {
  const list = result[key]
  if (!Array.isArray(list)) throw new Error(`the result has no list "${key}"`)
  return list
}

async function firstWhere<Item>(items: Item[], holds: (item: Item) => Promise<boolean>): Promise<Item | undefined> {
  for (const item of items) if (await holds(item)) return item
  return undefined
}

function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : `(${block.type})`)).join(' ')
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 160)} …` : line
}
