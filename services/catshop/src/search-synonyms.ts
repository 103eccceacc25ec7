/** Words that shoppers use for the same thing; each finds what the others find. */
const groups = [
  ['laptop', 'notebook', 'ultrabook'],
  ['phone', 'smartphone', 'cellphone', 'mobile'],
  ['headphones', 'headset'],
  ['earbuds', 'earphones'],
  ['monitor', 'display'],
  ['charger', 'adapter'],
  ['cat', 'kitty', 'feline'],
  ['dog', 'puppy'],
  ['rucksack', 'backpack'],
  ['jacket', 'coat'],
  ['rug', 'carpet'],
  ['lamp', 'light'],
  ['blanket', 'throw', 'duvet'],
  ['pan', 'skillet'],
  ['jigsaw', 'puzzle'],
  ['hoover', 'vacuum'],
  ['teddy', 'bear'],
]

const synonyms = new Map(
  groups.flatMap((group) => group.map((word) => [word, group.filter((other) => other !== word)])),
)

/** Other words for a word; none for most words. A plural has the synonyms of its singular. */
export function synonymsOf(word: string): string[] {
  return synonyms.get(word) ?? synonyms.get(word.replace(/s$/, '')) ?? []
}
