// Reads the part of YAML that docker-compose.yml is written in: mappings by indentation, lists as JSON has them, anchors
// and merges. Anything else is an error here, not a guess.

export type Value = string | string[] | Mapping
export interface Mapping {
  [key: string]: Value
}

const KEY = /^(?<indent> *)(?<key>[\w<-]+):(?: &(?<anchor>[\w-]+))?(?: (?<value>.+))?$/

const scalar = (text: string): string => text.replace(/^"(.*)"$/, '$1')

export const parseComposeFile = (text: string): Mapping => {
  const root: Mapping = {}
  const anchors = new Map<string, Mapping>()
  const open: { indent: number; mapping: Mapping }[] = [{ indent: -1, mapping: root }]

  const merge = (into: Mapping, names: string): void => {
    for (const [, name = ''] of names.matchAll(/\*([\w-]+)/g)) {
      const merged = anchors.get(name)
      if (!merged) throw new Error(`nothing is anchored as ${name}`)
      for (const [key, value] of Object.entries(merged)) into[key] ??= value
    }
  }

  for (const line of text.split('\n').filter(line => line.trim() !== '' && !line.trim().startsWith('#'))) {
    const match = KEY.exec(line)?.groups
    if (!match) throw new Error(`not understood: ${line}`)
    const { indent = '', key = '', anchor, value } = match
    while ((open.at(-1)?.indent ?? -1) >= indent.length) open.pop()
    const parent = open.at(-1)?.mapping ?? root
    if (key === '<<') merge(parent, value ?? '')
    else if (value === undefined) {
      const mapping: Mapping = {}
      parent[key] = mapping
      if (anchor !== undefined) anchors.set(anchor, mapping)
      open.push({ indent: indent.length, mapping })
    } else if (value.startsWith('[')) parent[key] = JSON.parse(value) as string[]
    else parent[key] = scalar(value)
  }
  return root
}
