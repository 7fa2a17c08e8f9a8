import { isIPv4 } from 'node:net'

/** A child of a node of the tree: another node, or where its data start. Undefined: nobody knows. */
type Child = { readonly node: number } | { readonly data: number } | undefined

const types = { text: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11 }

/** The head of a value: its kind and length, which is below 29 here. */
function head(type: number, length: number): Buffer {
  return type < 8 ? Buffer.from([(type << 5) | length]) : Buffer.from([length, type - 7])
}

const text = (value: string): Buffer => Buffer.concat([head(types.text, value.length), Buffer.from(value)])

function integer(type: number, value: number): Buffer {
  const digits = value.toString(16)
  const bytes = value === 0 ? Buffer.alloc(0) : Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  return Buffer.concat([head(type, bytes.length), bytes])
}

function map(entries: Readonly<Record<string, Buffer>>): Buffer {
  const pairs = Object.entries(entries).flatMap(([name, value]) => [text(name), value])
  return Buffer.concat([head(types.map, pairs.length / 2), ...pairs])
}

/** The bits of a network in the tree, in which IPv4 is `::/96`. */
function bitsOf(network: string): string {
  const [address = '', length = ''] = network.split('/')
  if (isIPv4(address)) {
    const bits = address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'))
    return '0'.repeat(96) + bits.join('').slice(0, Number(length))
  }
  const [before = '', after = ''] = address.split('::')
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))
  const [first, last] = [groups(before), groups(after)]
  const all = [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last]
  return all
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
    .slice(0, Number(length))
}

/**
 * A database of countries in MaxMind's format (MaxMind DB File Format Specification 2.0), as operators provide one.
 * @param countries ISO 3166-1 codes by network, e.g. `{'203.0.113.0/24': 'DE'}`; no network is in another one
 */
export function countryDatabase(countries: Readonly<Record<string, string>>): Buffer {
  const nodes: [Child, Child][] = [[undefined, undefined]]
  const data: Buffer[] = []
  let dataLength = 0
  for (const [network, code] of Object.entries(countries)) {
    const bits = [...bitsOf(network)].map(Number)
    let at = nodes[0]!
    for (const bit of bits.slice(0, -1)) {
      const child = at[bit]
      const node = child !== undefined && 'node' in child ? child.node : nodes.push([undefined, undefined]) - 1
      at[bit] = { node }
      at = nodes[node]!
    }
    at[bits.at(-1)!] = { data: dataLength }
    const value = map({ country: map({ iso_code: text(code) }) })
    data.push(value)
    dataLength += value.length
  }
  const record = (child: Child): number =>
    child === undefined ? nodes.length : 'node' in child ? child.node : nodes.length + 16 + child.data
  const tree = Buffer.alloc(nodes.length * 6)
  for (const [index, [left, right]] of nodes.entries()) {
    tree.writeUIntBE(record(left), index * 6, 3)
    tree.writeUIntBE(record(right), index * 6 + 3, 3)
  }
  const about = map({
    binary_format_major_version: integer(types.uint16, 2),
    binary_format_minor_version: integer(types.uint16, 0),
    build_epoch: integer(types.uint64, 1_700_000_000),
    database_type: text('Test-Country'),
    description: map({}),
    ip_version: integer(types.uint16, 6),
    languages: head(types.array, 0),
    node_count: integer(types.uint32, nodes.length),
    record_size: integer(types.uint16, 24),
  })
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), about])
}
