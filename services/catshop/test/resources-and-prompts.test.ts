import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openShop, type Shop } from './shop.ts'

describe('resources and prompts', () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop.close())

  const read = async (uri: string) => {
    const { result } = await shop.demo(1).mcp('resources/read', { uri })
    return result.contents[0]
  }
  const complete = async (ref: object, name: string, value: string): Promise<string[]> =>
    (await shop.demo(1).mcp('completion/complete', { ref, argument: { name, value } })).result.completion.values

  it('read the catalogue, a product, the own cart and the policy', async () => {
    assert.equal(JSON.parse((await read('catshop://catalog')).text).count, 210)
    assert.equal(JSON.parse((await read('catshop://product/5')).text).name, 'Cat Tree Tower')
    await shop.demo(1).use('add_to_cart', { product_id: 5 })
    assert.equal(JSON.parse((await read('catshop://cart')).text).items[0].id, 5)
    assert.match((await read('catshop://policies/returns')).text, /30 days/)
  })

  it('complete product ids by id, by name and in a list', async () => {
    const template = { type: 'ref/resource', uri: 'catshop://product/{id}' }
    assert.deepEqual(await complete(template, 'id', 'prod-e9075'), ['prod-e9075764'])
    assert.equal((await complete(template, 'id', 'laptop')).length, 7)
    const [first] = await complete({ type: 'ref/prompt', name: 'compare' }, 'product_ids', 'prod-1, prod-e9075')
    assert.equal(first, 'prod-1,prod-e9075764')
  })

  it('offer the four prompts, filled with the products they are about', async () => {
    const { result } = await shop.demo(1).mcp('prompts/list')
    assert.deepEqual(
      result.prompts.map((prompt: { name: string }) => prompt.name),
      ['find_gift', 'reorder_last', 'compare', 'start_return'],
    )
    const get = async (name: string, args = {}) =>
      (await shop.demo(1).mcp('prompts/get', { name, arguments: args })).result.messages
    const [gift] = await get('find_gift', { budget: '50', recipient: 'a cat person' })
    assert.match(gift.content.text, /max_price 50/)
    assert.equal((await get('compare', { product_ids: '1, 2' })).length, 3)
  })

  it('show a customer with read access alone nothing that changes anything', async () => {
    const { result } = await shop.demo(1, 'catshop:read').mcp('tools/list')
    const names = result.tools.map((tool: { name: string }) => tool.name)
    assert.ok(names.includes('view_cart') && !names.includes('checkout') && !names.includes('add_to_cart'))
    assert.equal((await shop.demo(1, 'catshop:read').call('checkout')).status, 403)
  })
})
