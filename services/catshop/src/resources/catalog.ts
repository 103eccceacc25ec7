import { categories } from '../catalogue.ts'
import { defineResource } from '../define.ts'

export const catalogResource = defineResource({
  name: 'catalog',
  title: 'Catalogue',
  description:
    'The categories of the shop and how many products each has. list_products and search_products go on from there.',
  uri: 'catshop://catalog',
  scope: 'public',
  async read(_, { db }) {
    const all = await categories(db)
    return { count: all.reduce((sum, { products }) => sum + products, 0), categories: all }
  },
})
